/// A program with its arguments, as a rule looks at it: assignments and wrappers such as `sudo` taken off.
struct Invocation {
    /// Without its folder.
    let program: String
    /// Whether a shell looks for the program on its path: no folder is given, and nothing in the name is filled in.
    let isLookedUp: Bool
    let arguments: [ShellCommand.Word]
    /// The arguments that are no options.
    let operands: [String]
    /// Assignments before the program.
    let assignments: [ShellCommand.Word]
    /// Runs under `timeout`.
    let isBounded: Bool
    /// Stands behind `while` or `until`.
    let isLoopCondition: Bool
    /// Runs under `sudo` or `doas`, which may ask for a password.
    let asksForPassword: Bool
    let command: ShellCommand
    let line: Int
    /// The words' own lines don't count: they are those of a text that was handed to another shell.
    private let isQuoted: Bool

    private static let wrappers: Set<String> = [
        "sudo", "doas", "env", "nohup", "exec", "command", "nice", "ionice", "stdbuf", "builtin", "xargs", "time",
        "timeout",
        "if", "elif", "while", "until", "then", "do", "else", "!", "{", "setsid", "unbuffer",
    ]
    /// Options of `sudo` and `doas` that take the next word.
    private static let sudoOptionsWithValue: Set<String> = [
        "-u", "-g", "-p", "-C", "-h", "-r", "-t", "-T", "-U", "-D", "-R",
    ]
    /// Those of the other wrappers.
    private static let optionsWithValue: Set<String> = [
        "-u", "-g", "-n", "-c", "-I", "-P", "-s", "-k", "-o", "-e", "-i", "-C", "-L",
    ]

    init?(_ command: ShellCommand, line: Int? = nil) {
        var words = command.words[...]
        var assignments: [ShellCommand.Word] = []
        var isBounded = false
        var isLoopCondition = false
        var asksForPassword = false
        var wrapper: String?
        while let word = words.first {
            let text = word.text
            if Self.isAssignment(text), wrapper != "xargs" {
                assignments.append(word)
                words.removeFirst()
            } else if wrapper != nil, wrapper != "if", wrapper != "while", text.hasPrefix("-") {
                words.removeFirst()
                let isSudo = wrapper == "sudo" || wrapper == "doas"
                if isSudo, text == "-n" || text == "--non-interactive" { asksForPassword = false }
                let takesValue = isSudo ? Self.sudoOptionsWithValue : Self.optionsWithValue
                if takesValue.contains(text), words.count > 1 { words.removeFirst() }
            } else if wrapper == "timeout", text.first?.isNumber == true {
                words.removeFirst()
                wrapper = "time"
            } else if text == "command", words.dropFirst().first?.text.hasPrefix("-") == true {
                // `command -v sh` asks, and runs nothing.
                break
            } else if !word.isQuoted, Self.wrappers.contains(text) {
                isBounded = isBounded || text == "timeout"
                asksForPassword = asksForPassword || text == "sudo" || text == "doas"
                isLoopCondition = isLoopCondition || text == "while" || text == "until"
                wrapper = text
                words.removeFirst()
            } else {
                break
            }
        }
        let path = words.first?.text ?? ""
        guard !path.isEmpty || !assignments.isEmpty || asksForPassword else { return nil }
        program = path.utf8.contains(0x2F) ? path.split(separator: "/").last.map(String.init) ?? path : path
        isLookedUp = !path.utf8.contains(0x2F) && words.first?.hasExpansion == false
        arguments = Array(words.dropFirst())
        operands = arguments.lazy.map(\.text).filter { $0.utf8.first != 0x2D }
        self.assignments = assignments
        self.isBounded = isBounded
        self.isLoopCondition = isLoopCondition
        self.asksForPassword = asksForPassword
        self.command = command
        self.line = line ?? command.line
        isQuoted = line != nil
    }

    /// The script's line, from 0, of one of its words.
    func line(of word: ShellCommand.Word) -> Int { isQuoted ? line : word.line }

    /// Whether one of these options is given: long ones whole or with `=`, short ones also within a cluster such as `-it`.
    func has(_ options: String...) -> Bool {
        arguments.contains { argument in
            let text = argument.text.utf8
            guard text.first == 0x2D else { return false }
            let isLong = text.dropFirst().first == 0x2D
            return options.contains { option in
                let option = option.utf8
                if isLong || option.count != 2 {
                    let rest = text.dropFirst(option.count)
                    return text.starts(with: option) && (rest.isEmpty || rest.first == 0x3D)
                }
                let cluster = text.dropFirst()
                return cluster.count <= 6 && cluster.allSatisfy(Self.isAlphanumeric)
                    && option.last.map(cluster.contains) == true
            }
        }
    }

    /// Whether the first operands are these, as in `compose up`.
    func isCalled(_ subcommand: String...) -> Bool { operands.starts(with: subcommand) }

    /// Whether these follow each other among the operands, whatever options and values come before.
    func mentions(_ words: String...) -> Bool {
        guard operands.count >= words.count else { return false }
        return (0...(operands.count - words.count)).contains { operands[$0...].starts(with: words) }
    }

    /// The program and its subcommand, for a message.
    var shown: String {
        let first = arguments.first.map(\.text) ?? ""
        let isWord = !first.isEmpty && first.count <= 30 && !first.hasPrefix("-")
        let subcommand = isWord ? first : operands.first(where: Self.subcommands.contains)
        return Parameter.shown(subcommand.map { "\(program) \($0)" } ?? program)
    }

    /// Words that name what a program does, where options stand before them.
    private static let subcommands: Set<String> = [
        "attach", "delete", "down", "drain", "edit", "events", "exec", "get", "logs", "port-forward", "prune",
        "restart", "rm",
        "run", "scale", "stats", "stop", "up", "worker", "flower", "beat",
    ]

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func isAssignment(_ text: String) -> Bool {
        guard let equals = text.utf8.firstIndex(of: 0x3D), let first = text.utf8.first, !(0x30...0x39).contains(first)
        else {
            return false
        }
        let name = text.utf8[..<equals]
        return !name.isEmpty
            && name.allSatisfy {
                (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F
            }
    }
}
