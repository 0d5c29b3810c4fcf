/// Commands that open an editor: what is typed there is in no review and on no record, and nobody can do it again.
enum EditorRule {
    static func message(for invocation: Invocation) -> String? {
        guard let advice = advice(invocation) else { return nil }
        return "\(invocation.shown) opens an editor, and what is typed there nobody can review or repeat; \(advice)."
    }

    /// What to write instead; nil when no editor opens.
    static func advice(_ invocation: Invocation) -> String? {
        let command = invocation.command
        switch invocation.program {
        case "vi", "vim", "nvim", "nano", "emacs", "pico", "joe", "mcedit", "micro", "sudoedit", "$EDITOR",
            "${EDITOR}", "$VISUAL", "${EDITOR:-vi}":
            let isFed = command.isPipedInto || command.hasInput || invocation.has("-es", "--batch", "--version")
            return isFed ? nil : "write the change as sed, patch or a here-document"
        case "visudo":
            return invocation.has("-c", "--check") ? nil : "put a file into /etc/sudoers.d, and check it with visudo -c"
        case "vipw", "vigr": return "use usermod or gpasswd"
        case "crontab": return invocation.has("-e") ? "pipe the new table into crontab -" : nil
        case "kubectl", "oc": return invocation.mentions("edit") ? "use kubectl patch or apply" : nil
        case "systemctl": return invocation.isCalled("edit") ? "write the drop-in file, and reload" : nil
        case "virsh": return invocation.isCalled("edit") ? "define it from a file" : nil
        case "ansible-vault": return invocation.isCalled("edit") ? "encrypt a file from the repository" : nil
        case "git":
            let isScripted = invocation.assignments.contains { $0.text.hasPrefix("GIT_SEQUENCE_EDITOR=") }
            return invocation.isCalled("rebase") && !isScripted && invocation.has("-i", "--interactive")
                ? "mark the fence interactive" : nil
        default: return nil
        }
    }
}
