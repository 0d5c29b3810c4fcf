/// For each line of a guide, whether it stands in a fence and what such a fence holds.
struct FenceLines {
    enum Kind: UInt8 {
        case prose
        /// Words that stand for themselves: a shell's, settings, plain text.
        case data
        /// A program, in which words are variables and texts are quoted.
        case code
    }

    private var kinds: [Kind]

    init(_ fences: [Outline.Fence], lineCount: Int) {
        kinds = Array(repeating: .prose, count: lineCount + 1)
        for fence in fences {
            let kind: Kind = Self.data.contains(fence.info.language) ? .data : .code
            for line in fence.line...max(fence.line, fence.endLine) where line <= lineCount { kinds[line] = kind }
        }
    }

    subscript(line: Int) -> Kind { kinds.indices.contains(line) ? kinds[line] : .prose }

    private static let data: Set<String> = [
        "", "sh", "bash", "shell", "zsh", "ksh", "dash", "ash", "fish", "console", "shell-session", "shellsession",
        "sh-session", "terminal", "text", "txt", "env", "dotenv", "ini", "conf", "cfg", "properties", "yaml", "yml",
        "docker", "dockerfile", "powershell", "pwsh", "cmd", "bat", "systemd",
    ]
}
