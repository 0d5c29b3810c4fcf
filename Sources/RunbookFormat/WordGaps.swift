/// Gaps that are whole words of a command, or what stands behind the `=` of one: `...`, `TOKEN=...`, `[namespace]`, `{host}`.
///
/// A here-document's text is no command's: `[Unit]` and `[mysqld]` are what a file holds.
enum WordGaps {
    /// The texts as they stand in the script, with the script's line from 0.
    static func scan(_ script: [UInt8], read scanner: ShellScanner) -> [(text: String, line: Int)] {
        let lines = script.split(separator: 0x0A, omittingEmptySubsequences: false)
        var found: [(text: String, line: Int)] = []
        for command in scanner.commands where !command.isPattern {
            guard
                command.words.contains(where: { !ellipsis($0).isEmpty || !brackets($0).isEmpty || !braces($0).isEmpty }
                ),
                let invocation = Invocation(command), isCalled(invocation.program)
            else { continue }
            // Before `{descriptor}>file` the word `exec` is the shell's; elsewhere it may be anything's.
            let hasBraces = invocation.program != "exec" && !command.words.contains { fillers.contains($0.text) }
            let gaps = (invocation.assignments + invocation.arguments).flatMap { word in
                (ellipsis(word) + brackets(word) + (hasBraces ? braces(word) : [])).map { (text: $0, line: word.line) }
            }.filter { lines.indices.contains($0.line) }
            // Where quotes stood is to be seen in the line alone.
            found += gaps.filter { String(decoding: lines[$0.line], as: UTF8.self).contains($0.text) }
        }
        return found
    }

    /// What stands there for a gap when it is filled: of `TOKEN=...` the value alone goes.
    static func filled(_ text: String, with value: String) -> String {
        for dots in Self.ellipses where text.contains(dots) { return text.replacing(dots, with: value) }
        return value
    }

    /// What is said may end in dots or begin with a word in brackets, and so may what is looked for; and what begins with a
    /// sign, as trees and logs do, is what came out.
    private static func isCalled(_ program: String) -> Bool {
        guard let first = program.utf8.first else { return true }
        return (first | 0x20 >= 0x61 && first | 0x20 <= 0x7A || first == 0x24) && !sayers.contains(program)
    }

    private static let ellipses = ["...", "…"]
    private static let sayers: Set<String> = [
        "echo", "printf", "[", "[[", "test", "grep", "egrep", "fgrep", "sed", "awk", "gawk", "perl", "tr", "logger",
        "find",
        "ls", "expr", "rg", "jq", "wall",
    ]

    /// Programs that fill braces themselves.
    private static let fillers: Set<String> = ["borg", "fd", "fdfind", "parallel", "xargs", "youtube-dl", "yt-dlp"]

    private static func ellipsis(_ word: ShellCommand.Word) -> [String] {
        for dots in ellipses where word.text.hasSuffix(dots) {
            let before = word.text.dropLast(dots.count)
            if before.isEmpty { return word.isQuoted ? ["\"\(dots)\"", "'\(dots)'"] : [dots] }
            guard before.last == "=", before.dropLast().utf8.allSatisfy({ $0.isNamePart }) else { return [] }
            return word.isQuoted ? ["\(before)\"\(dots)\"", "\(before)'\(dots)'"] : [word.text]
        }
        return []
    }

    /// `{host}`, `{user}@{host}`, `--zone={zone}`, `https://api/{id}`, but not `${x}`, `{a,b}`, `{}`, `@{u}`, `%{x}`, `{x}`.
    private static func braces(_ word: ShellCommand.Word) -> [String] {
        let isAddress = word.text.hasPrefix("http://") || word.text.hasPrefix("https://")
        guard word.text.utf8.contains(0x7B), !word.isQuoted || isAddress else { return [] }
        let text = Array(word.text.utf8)
        var found: [String] = []
        var index = 0
        while let open = text[index...].firstIndex(of: 0x7B) {
            index = open + 1
            guard let close = text[index...].firstIndex(of: 0x7D) else { break }
            let name = text[index..<close]
            let after = close + 1 < text.count ? text[close + 1] : nil
            let isBegun: Bool =
                switch open > 0 ? text[open - 1] : nil {
                case nil: true
                // `@{u}` is Git's, `{user}@{host}` is nobody's.
                case 0x40?: open > 1 && text[open - 2] == 0x7D
                case let before?: "=:/,".utf8.contains(before)
                }
            let isName =
                name.count > 1 && name.first.map { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A } == true
                && name.allSatisfy(\.isNamePart) && name.last != 0x2D
            guard isName, isBegun, after.map({ "@:/,.?&".utf8.contains($0) }) ?? true else { continue }
            found.append("{\(String(decoding: name, as: UTF8.self))}")
        }
        return found
    }

    /// `[namespace]`, `[user]@[host]`, `--zone=[zone]`, but not `[a-z]`, `[n]ginx`, `file[01].txt`, `arr[index]`.
    private static func brackets(_ word: ShellCommand.Word) -> [String] {
        guard !word.isQuoted, word.text.utf8.contains(0x5B), word.text.utf8.first != 0x2D || word.text.contains("=")
        else { return [] }
        let text = Array(word.text.utf8)
        var found: [String] = []
        var index = 0
        while let open = text[index...].firstIndex(of: 0x5B) {
            index = open + 1
            guard let close = text[index...].firstIndex(of: 0x5D) else { break }
            let before = open > 0 ? text[open - 1] : nil
            let after = close + 1 < text.count ? text[close + 1] : nil
            let name = text[(open + 1)..<close]
            let parts = name.split(omittingEmptySubsequences: false) { $0 == 0x2D || $0 == 0x5F }
            let isName =
                name.count > 2 && name.first.map { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A } == true
                && name.allSatisfy(\.isNamePart) && parts.allSatisfy { $0.count > 1 }
            guard isName, before.map({ "=@:/,".utf8.contains($0) }) ?? true,
                after.map({ "@:/,.".utf8.contains($0) }) ?? true
            else { continue }
            found.append("[\(String(decoding: name, as: UTF8.self))]")
        }
        return found
    }
}

extension UInt8 {
    /// What a name in a gap holds: an ASCII letter, a digit, `-` or `_`.
    fileprivate var isNamePart: Bool {
        (0x30...0x39).contains(self) || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) || self == 0x2D
            || self == 0x5F
    }
}

extension Step {
    /// The script with its gaps filled, each on the lines that have it, the longest text first.
    /// - Parameter value: what goes in the place of a gap's text; nil leaves it.
    package func filled(_ script: String, _ value: (String) -> String?) -> String {
        guard !placeholders.isEmpty else { return script }
        let gaps = Dictionary(grouping: placeholders, by: \.line)
        var lines = script.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for (index, line) in scriptLines.enumerated() where index < lines.count {
            guard let here = gaps[line] else { continue }
            for text in Set(here.map(\.text)).sorted(by: { ($0.count, $0) > ($1.count, $1) }) {
                guard let value = value(text) else { continue }
                lines[index] = lines[index].replacing(text, with: WordGaps.filled(text, with: value))
            }
        }
        return lines.joined(separator: "\n")
    }
}
