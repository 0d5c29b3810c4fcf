/// Commands that want a terminal or an answer: a step's standard input is empty.
enum InteractiveRule {
    static func message(for invocation: Invocation) -> String? {
        guard let advice = advice(invocation) else { return nil }
        return "\(invocation.shown) waits for somebody at a terminal, and a step has none; \(advice)."
    }

    private static let manual = "mark the fence interactive"

    private static func advice(_ invocation: Invocation) -> String? {
        if let advice = EditorRule.advice(invocation) { return advice }
        let command = invocation.command
        let hasInput = command.isPipedInto || command.hasInput
        let first = invocation.operands.first ?? ""
        switch invocation.program {
        case "fdisk", "cfdisk", "mysql_secure_installation", "passwd", "menuconfig":
            return hasInput || invocation.has("-l", "--list") ? nil : manual
        case "less", "more", "man", "most": return "use cat"
        case "docker", "podman", "nerdctl", "docker-compose", "podman-compose":
            return container(invocation, first, hasInput)
        case "kubectl", "oc":
            return invocation.mentions("exec") || invocation.mentions("run") || invocation.mentions("attach")
                || invocation.mentions("debug")
                ? terminal(invocation) : nil
        case "psql":
            return isClient(invocation, hasInput, "-c", "-f", "-l", "--command", "--file", "--list", "--version")
        case "mysql", "mariadb", "clickhouse-client":
            return isClient(invocation, hasInput, "-e", "--execute", "--query", "-q", "--version")
        case "mongo", "mongosh": return isClient(invocation, hasInput, "--eval", "--version", "-f", "--file")
        case "sqlite3", "redis-cli", "cqlsh", "sqlplus":
            let operands = invocation.operands.count
            let isBare =
                invocation.program == "sqlite3"
                ? operands < 2 : invocation.program == "redis-cli" ? isBareRedis(invocation) : true
            return isBare
                ? isClient(invocation, hasInput, "-e", "-f", "--version", "-S", "--pipe", "--scan", "--bigkeys") : nil
        case "heroku":
            return first == "login" || first == "run" && isShell(invocation.operands.last ?? "")
                ? "use HEROKU_API_KEY as a secret" : nil
        case "aws":
            return invocation.operands == ["configure"] || invocation.mentions("sso", "login")
                ? "give credentials as secrets" : nil
        case "gcloud": return first == "init" || invocation.mentions("auth", "login") ? "use a service account" : nil
        case "az":
            return first == "login" && !invocation.has("--identity", "--service-principal")
                ? "use --service-principal or --identity" : nil
        case "gh":
            return invocation.mentions("auth", "login") && !invocation.has("--with-token")
                ? "give GH_TOKEN as a secret" : nil
        case "npm":
            if first == "login" || first == "adduser" { return "give the token as a secret" }
            return first == "init" && !invocation.has("-y", "--yes") ? "add -y" : nil
        case "ssh":
            return !hasInput && invocation.operands.count == 1 && !invocation.has("-N", "-G", "-V", "-f")
                && !hasCommand(invocation) ? "give the command to run there" : nil
        case "su": return invocation.has("-c", "--command") || hasInput ? nil : "give the command with -c"
        case "git": return git(invocation, first)
        case "apt", "apt-get":
            let asks = ["install", "upgrade", "dist-upgrade", "full-upgrade", "remove", "purge", "autoremove"].contains(
                first)
            return asks && !hasInput && !invocation.has("-y", "--yes", "--assume-yes", "-q", "-s", "--dry-run")
                ? "add -y" : nil
        case "yum", "dnf", "zypper":
            let asks = ["install", "update", "upgrade", "remove"].contains(first)
            return asks && !hasInput && !invocation.has("-y", "--assumeyes", "-n", "--non-interactive") ? "add -y" : nil
        case "terraform", "tofu":
            let hasPlan = first == "apply" && invocation.operands.count > 1
            return (first == "apply" || first == "destroy") && !hasPlan && !hasInput
                && !invocation.has("-auto-approve", "--auto-approve")
                ? "write a plan, and apply that file" : nil
        case "pulumi":
            return (first == "up" || first == "destroy") && !invocation.has("-y", "--yes") ? "add --yes" : nil
        case "certbot":
            return first == "certificates" || first == "renew" || invocation.has("-n", "--non-interactive")
                ? nil : "add -n"
        case "ssh-keygen":
            return invocation.arguments.contains {
                ["-N", "-l", "-y", "-R", "-F", "-A", "-lf", "-yf"].contains($0.text)
            } ? nil : "add -N and -f"
        case "rm", "cp", "mv": return invocation.has("-i") && !hasInput ? "take -i out" : nil
        case "read": return hasInput || invocation.isLoopCondition ? nil : "make it a parameter"
        case "select": return "make it a parameter with choices"
        case "python", "python3", "node", "irb", "bash", "sh", "zsh":
            return invocation.arguments.isEmpty && !hasInput ? "give it a script" : nil
        default: return nil
        }
    }

    private static func hasCommand(_ invocation: Invocation) -> Bool {
        // `ssh -t host command`, but also the values of options: one operand is the host.
        invocation.operands.count > 1
    }

    private static func isShell(_ word: String) -> Bool { ["bash", "sh", "zsh"].contains(word) }

    private static func isClient(_ invocation: Invocation, _ hasInput: Bool, _ options: String...) -> String? {
        let isFed =
            hasInput
            || invocation.arguments.contains { argument in
                options.contains {
                    argument.text == $0
                        || argument.text.hasPrefix($0) && (!$0.hasPrefix("--") || argument.text.hasPrefix($0 + "="))
                }
            }
        return isFed ? nil : "give it the statement with \(options.first ?? "-c")"
    }

    /// `redis-cli` without a command, the values of its options left out.
    private static func isBareRedis(_ invocation: Invocation) -> Bool {
        var rest = invocation.arguments.map(\.text)[...]
        while let word = rest.first, word.hasPrefix("-") {
            rest.removeFirst()
            if ["-h", "-p", "-a", "-n", "-u", "-s", "--user", "--pass", "-r", "-i"].contains(word) {
                rest = rest.dropFirst()
            }
        }
        return rest.isEmpty
    }

    private static func container(_ invocation: Invocation, _ first: String, _ hasInput: Bool) -> String? {
        if first == "login" {
            let isFed =
                hasInput || invocation.has("--password-stdin", "--password")
                || invocation.arguments.contains { $0.text.hasPrefix("-p") }
            return isFed ? nil : "give the password as a secret to --password-stdin"
        }
        return invocation.mentions("exec") || invocation.mentions("run") || invocation.mentions("attach")
            ? terminal(invocation) : nil
    }

    /// The options before the program that runs inside: `-it`, `-ti`, `-t`, `--tty`.
    private static func terminal(_ invocation: Invocation) -> String? {
        let asks = invocation.arguments.prefix { $0.text != "--" }.contains {
            ["-it", "-ti", "--tty", "-itd", "--tty=true"].contains($0.text)
        }
        return asks ? "take -t out" : nil
    }

    private static func git(_ invocation: Invocation, _ first: String) -> String? {
        switch first {
        case "commit":
            return invocation.has("-m", "-F", "-C", "--message", "--file", "--no-edit", "--fixup") ? nil : "add -m"
        case "add": return invocation.has("-i", "-p", "--interactive", "--patch") ? manual : nil
        default: return nil
        }
    }
}
