/// Variables that a guide's scripts read and nothing in the guide sets: gaps that look like code.
struct UndefinedVariables {
    /// Names with their first line in the source.
    private var reads: [(name: String, line: Int)] = []
    private var seen: Set<String> = []
    /// A script took more variables from somewhere else: a file, a program's output.
    private var isOpenEnded = false
    private var known: Set<String> = []

    mutating func read(_ step: Step, _ scanner: ShellScanner) {
        // A file of settings refers to what its own reader knows.
        let hasProgram = scanner.commands.contains { !($0.words.first?.text.utf8.contains(0x3D) ?? true) }
        guard hasProgram else { return }
        for (name, line) in scanner.variables where step.scriptLines.indices.contains(line) {
            if seen.insert(name).inserted { reads.append((name, step.scriptLines[line])) }
        }
        known.formUnion(step.settings.environment.keys)
        if let name = step.settings.each?.variable { known.insert(name) }
        if scanner.commands.contains(where: { ["source", ".", "eval"].contains($0.words.first?.text ?? "") }) {
            isOpenEnded = true
        }
    }

    /// - Parameter fences: what sets a variable may stand in any of them, also in one that only shows a file.
    func findings(fences: [Outline.Fence], metadata: Metadata) -> [Finding] {
        guard !isOpenEnded, !reads.isEmpty else { return [] }
        var known = known.union(metadata.environment.keys).union(metadata.secrets.map(\.variable))
        known.formUnion(metadata.parameters.parameters.map(\.name))
        for fence in fences { Self.collectNames(fence.content, into: &known, among: seen) }
        return reads.compactMap { name, line in
            guard !known.contains(name), !Self.given.contains(name), !Self.prefixes.contains(where: name.hasPrefix)
            else { return nil }
            return Finding(
                .undefinedVariable, .info, line: line,
                "Nothing in the guide sets $\(name); declare it under parameters, env or secrets, so that it is asked for."
            )
        }
    }

    /// Names that stand somewhere without `$` are set there, as far as reading can tell.
    private static func collectNames(_ text: [UInt8], into known: inout Set<String>, among wanted: Set<String>) {
        var index = text.startIndex
        while index < text.endIndex {
            guard isName(text[index]) else {
                index += 1
                continue
            }
            let start = index
            while index < text.endIndex, isName(text[index]) { index += 1 }
            let before = start > 0 ? text[start - 1] : 0x20
            let isRead = before == 0x24 || before == 0x7B && start > 1 && text[start - 2] == 0x24
            guard !isRead, (0x41...0x5A).contains(text[start]), index - start > 2, index - start < 100 else { continue }
            let name = String(decoding: text[start..<index], as: UTF8.self)
            if wanted.contains(name) { known.insert(name) }
        }
    }

    private static func isName(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5F
    }

    /// What a shell, a login or Runbook sets.
    private static let given: Set<String> = [
        "HOME", "PATH", "USER", "PWD", "OLDPWD", "SHELL", "HOSTNAME", "LANG", "TMPDIR", "RANDOM", "SECONDS", "UID",
        "EUID", "PPID", "LINENO", "TERM", "IFS", "OPTARG", "OPTIND", "REPLY", "LOGNAME", "EDITOR", "HOSTTYPE", "OSTYPE",
        "MACHTYPE", "PIPESTATUS", "FUNCNAME", "EPOCHSECONDS", "COLUMNS", "LINES", "MAIL", "SHLVL", "KUBECONFIG",
        "SUDO_USER", "DISPLAY", "PYTHONPATH", "JAVA_HOME", "GOPATH", "SSH_AUTH_SOCK",
    ]
    private static let prefixes = ["RUNBOOK_", "BASH_", "LC_", "XDG_", "GITHUB_", "CI_"]
}
