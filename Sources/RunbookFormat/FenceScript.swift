/// What a shell or console fence's text means: which lines run, and which only show what came out.
struct FenceScript {
    enum Line: Equatable {
        /// Runs, behind a prompt of so many bytes.
        case command(promptLength: Int)
        case output
    }

    /// One for each line of the fence.
    private(set) var lines: [Line] = []
    /// What runs, lines ended by LF.
    private(set) var script: [UInt8] = []
    /// For each line of the script, its number in the fence, from 0.
    private(set) var origins: [Int] = []
    private(set) var hasPrompts = false
    /// The script, read.
    private(set) var scanner = ShellScanner()

    init(_ content: [UInt8], isConsole: Bool) {
        let text = content.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast(
            content.last == 0x0A ? 1 : 0)
        if content.isEmpty { return }
        let prompts = Prompts(text, isConsole: isConsole)
        if isConsole ? prompts.isUsed : prompts.opensWithPrompt {
            readSession(Array(text), prompts)
        } else {
            readPlain(text)
            // A prompt in the middle, where a command would begin: `$` is no program.
            if !isConsole,
                scanner.commands.contains(where: { $0.words.first?.text == "$" && $0.words.first?.isQuoted == false })
            {
                self = FenceScript()
                readSession(Array(text), prompts)
            }
        }
    }

    /// A text that is no session, taken as it is.
    init(plain content: [UInt8]) {
        if content.isEmpty { return }
        readPlain(
            content.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast(content.last == 0x0A ? 1 : 0))
    }

    private init() {}

    private mutating func readPlain(_ text: some Sequence<ArraySlice<UInt8>>) {
        for (index, line) in text.enumerated() {
            lines.append(.command(promptLength: 0))
            take(line, origin: index)
        }
        scanner.finish()
    }

    private mutating func readSession(_ text: [ArraySlice<UInt8>], _ prompts: Prompts) {
        hasPrompts = true
        var index = 0
        while index < text.count {
            guard let length = prompts.length(in: text[index]) else {
                lines.append(.output)
                index += 1
                continue
            }
            var command = ShellScanner()
            lines.append(.command(promptLength: length))
            take(text[index].dropFirst(length), origin: index)
            command.read(text[index].dropFirst(length))
            index += 1
            // What a terminal would still take as input: continuations, here-documents, open quotes and blocks.
            let hasContinuationPrompts = index < text.count && prompts.continuationLength(in: text[index]) != nil
            while index < text.count, !command.isComplete {
                if !command.hasOpenText && prompts.length(in: text[index]) != nil { break }
                let length = hasContinuationPrompts ? prompts.continuationLength(in: text[index]) ?? 0 : 0
                lines.append(.command(promptLength: length))
                take(text[index].dropFirst(length), origin: index)
                command.read(text[index].dropFirst(length))
                index += 1
            }
        }
        scanner.finish()
    }

    private mutating func take(_ line: ArraySlice<UInt8>, origin: Int) {
        script += line
        script.append(0x0A)
        origins.append(origin)
        scanner.read(line)
    }
}

/// The prompts of one fence: `$ ` everywhere; in a console also `% `, `user@host:~$ `, and `# ` where no other is used, for
/// otherwise it begins a comment.
private struct Prompts {
    private let isConsole: Bool
    private let takesHash: Bool
    private(set) var isUsed: Bool
    /// Whether the first line that is neither blank nor a comment begins with one.
    private(set) var opensWithPrompt: Bool

    init(_ lines: some Sequence<ArraySlice<UInt8>>, isConsole: Bool) {
        self.isConsole = isConsole
        let hasOther = lines.contains { Self.length(in: $0, isConsole: isConsole, takesHash: false) != nil }
        takesHash = isConsole && !hasOther
        isUsed =
            hasOther || isConsole && lines.contains { Self.length(in: $0, isConsole: true, takesHash: true) != nil }
        let first = lines.first { line in
            let start = line.first { $0 != 0x20 && $0 != 0x09 }
            return start != nil && start != 0x23
        }
        opensWithPrompt = first.map { Self.length(in: $0, isConsole: isConsole, takesHash: false) != nil } ?? false
    }

    /// The bytes before the command, when the line begins with a prompt.
    func length(in line: ArraySlice<UInt8>) -> Int? {
        Self.length(in: line, isConsole: isConsole, takesHash: takesHash)
    }

    /// The bytes of `> `, as a shell asks for the rest of a command.
    func continuationLength(in line: ArraySlice<UInt8>) -> Int? {
        let blanks = line.prefix { $0 == 0x20 || $0 == 0x09 }.count
        let rest = line.dropFirst(blanks)
        guard rest.first == 0x3E else { return nil }
        return rest.count == 1 ? blanks + 1 : rest[rest.startIndex + 1] == 0x20 ? blanks + 2 : nil
    }

    private static func length(in line: ArraySlice<UInt8>, isConsole: Bool, takesHash: Bool) -> Int? {
        var index = line.startIndex
        while index < line.endIndex, line[index] == 0x20 || line[index] == 0x09 { index += 1 }
        if isConsole { index = afterName(line, from: index) }
        guard index < line.endIndex else { return nil }
        let isNamed = index > line.startIndex && line[index - 1] != 0x20 && line[index - 1] != 0x09
        switch line[index] {
        case 0x24: break  // $
        case 0x25 where isConsole: break  // %
        case 0x23 where isNamed || takesHash: break  // #
        default: return nil
        }
        let end = index + 1
        if end == line.endIndex { return end - line.startIndex }
        guard line[end] == 0x20 || line[end] == 0x09 else { return nil }
        return end + 1 - line.startIndex
    }

    /// Past `(venv) ` and `user@host:~/folder`, with or without brackets around.
    private static func afterName(_ line: ArraySlice<UInt8>, from start: Int) -> Int {
        var start = start
        if line[start...].first == 0x28, let close = line[start...].prefix(60).firstIndex(of: 0x29),
            close + 1 < line.endIndex, line[close + 1] == 0x20
        {
            start = close + 2
        }
        let head = line[start...].prefix(120)
        guard let end = head.firstIndex(where: { $0 == 0x24 || $0 == 0x25 || $0 == 0x23 }), end > start else {
            return start
        }
        let name = head[start..<end]
        let isName =
            name.contains(0x40) && !name.contains { $0 == 0x22 || $0 == 0x27 || $0 == 0x3D || $0 == 0x3C || $0 == 0x3E }
        return isName && name.first != 0x40 ? end : start
    }
}
