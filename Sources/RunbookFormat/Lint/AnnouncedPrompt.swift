/// Comments that say that the next command asks something: `# will prompt for confirmation`.
enum AnnouncedPrompt {
    /// The script's lines, from 0, of the commands that are said to ask.
    static func lines(in script: [UInt8], read scanner: ShellScanner) -> [Int] {
        var found: [Int] = []
        var isAnnounced = false
        var next = 0
        for (number, line) in script.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            guard number < scanner.codeLengths.count else { break }
            let comment = line.dropFirst(scanner.codeLengths[number])
            if !scanner.isHereDocument[number], comment.count < 300, announces(comment) { isAnnounced = true }
            guard isAnnounced else { continue }
            while next < scanner.commands.count, scanner.commands[next].line < number { next += 1 }
            guard next < scanner.commands.count else { break }
            if scanner.commands[next].line == number {
                if !isAnswered(scanner.commands[next]) { found.append(number) }
                isAnnounced = false
            }
        }
        return found
    }

    private static func announces(_ comment: ArraySlice<UInt8>) -> Bool {
        comment.count > 10 && comment.holds(anyOf: words) && !comment.holds(anyOf: denials)
    }

    private static let words = [
        "will prompt", "prompts for", "prompts you", "asks for confirmation", "asks for a password", "interactively",
    ].map { Array($0.utf8) }
    private static let denials = ["not prompt", "never prompt", "not ask"].map { Array($0.utf8) }

    private static func isAnswered(_ command: ShellCommand) -> Bool {
        command.isPipedInto || command.hasInput
            || command.words.contains { ["-y", "--yes", "--force", "--assume-yes"].contains($0.text) }
    }

    static func message(_ command: String) -> String {
        "The comment says that \(command) asks somebody, and a step has no terminal; give the answer as an option, or mark the fence interactive."
    }
}
