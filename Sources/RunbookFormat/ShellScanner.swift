/// Reads shell text line by line: its simple commands, its comments, and whether what was read so far is complete, so that a
/// shell would run it and not ask for more.
///
/// It knows quotes, here-documents, continuations, comments, substitutions and the words that open and close blocks: as much
/// of POSIX and bash as finding commands takes. It never fails; what it can't follow, it reads as words.
struct ShellScanner {
    private(set) var commands: [ShellCommand] = []
    /// For each line read, the bytes that are code or data, the comment at its end left out.
    private(set) var codeLengths: [Int] = []
    /// For each line read, whether it is a here-document's text.
    private(set) var isHereDocument: [Bool] = []
    /// Lines that end in a backslash and blanks: the blank is escaped, and the command ends there.
    private(set) var brokenContinuations: [Int] = []
    /// Variables in capitals that the script reads without saying what else they may be.
    private(set) var variables: [(name: String, line: Int)] = []

    private enum Frame: Equatable {
        case singleQuote
        /// `$'…'`, in which a backslash escapes.
        case dollarQuote
        case doubleQuote
        case backtick
        /// `${…}`
        case parameter
        /// `$((…))` and `((…))`, with the number of open parentheses.
        case arithmetic(Int)
        /// `$(…)` and `<(…)`
        case substitution
        /// `(…)`
        case subshell
    }

    private struct HereDocument {
        let delimiter: [UInt8]
        let stripsTabs: Bool
    }

    private var frames: [Frame] = []
    /// The commands around the one that is being read: one for each substitution, backtick and subshell.
    private var outer: [(command: ShellCommand, word: Builder?)] = []
    private var command = ShellCommand(line: 0)
    private var word: Builder?
    private var waiting: [HereDocument] = []
    /// After `<<`: the next word is a delimiter.
    private var delimiterExpected: Bool?
    /// After another redirection: the next word is a file.
    private var isFileExpected = false
    private var line = -1
    private var openBlocks = 0
    private var isContinued = false
    private var endsInOperator = false

    private struct Builder {
        let line: Int
        var bytes: [UInt8] = []
        var isQuoted = false
        var hasExpansion = false
    }

    /// Deeper nesting is read as plain words.
    private static let maximumDepth = 200

    /// Whether a shell would run what it has, rather than wait for more.
    var isComplete: Bool {
        frames.isEmpty && waiting.isEmpty && !isContinued && !endsInOperator && openBlocks <= 0
    }

    /// Whether a quote or a here-document is open, so that the next line belongs to it whatever it looks like.
    var hasOpenText: Bool {
        !waiting.isEmpty || frames.contains { $0 == .singleQuote || $0 == .doubleQuote || $0 == .dollarQuote }
    }

    /// Reads a line without its end.
    mutating func read(_ text: ArraySlice<UInt8>) {
        line += 1
        if let document = waiting.first,
            frames.allSatisfy({ $0 == .substitution || $0 == .subshell || $0 == .backtick })
        {
            isHereDocument.append(true)
            codeLengths.append(text.count)
            let body = document.stripsTabs ? text.drop { $0 == 0x09 } : text
            if body.elementsEqual(document.delimiter) { waiting.removeFirst() }
            return
        }
        isHereDocument.append(false)
        isContinued = false
        var index = text.startIndex
        var codeEnd = text.endIndex
        while index < text.endIndex {
            guard step(text, &index) else {
                codeEnd = index
                break
            }
        }
        codeLengths.append(codeEnd - text.startIndex)
        if !isContinued { endLine() }
    }

    /// Ends the last command.
    mutating func finish() {
        frames = []
        endCommand()
        while let (outerCommand, outerWord) = outer.popLast() {
            command = outerCommand
            word = outerWord
            endCommand()
        }
    }

    private mutating func endLine() {
        switch frames.last {
        case nil, .substitution, .subshell, .backtick:
            // After `|` or `&&` the command goes on, whatever blank lines and comments come between.
            if word != nil || !command.words.isEmpty { endCommand() }
        default: word?.bytes.append(0x0A)
        }
    }

    /// Reads what begins at an index. False when the rest of the line is a comment.
    private mutating func step(_ text: ArraySlice<UInt8>, _ index: inout Int) -> Bool {
        let byte = text[index]
        let next = index + 1 < text.endIndex ? text[index + 1] : nil
        switch frames.last {
        case .singleQuote:
            if byte == 0x27 { frames.removeLast() } else { append(byte) }
            index += 1
            return true
        case .dollarQuote:
            if byte == 0x5C, let next {
                append(next)
                index += 2
                return true
            }
            if byte == 0x27 { frames.removeLast() } else { append(byte) }
            index += 1
            return true
        case .parameter:
            append(byte)
            if byte == 0x5C, let next {
                append(next)
                index += 1
            } else if byte == 0x7D {
                frames.removeLast()
            } else if byte == 0x24, next == 0x7B, frames.count < Self.maximumDepth {
                append(0x7B)
                frames.append(.parameter)
                index += 1
            }
            index += 1
            return true
        case .arithmetic(let depth):
            append(byte)
            index += 1
            if byte == 0x28 {
                frames[frames.count - 1] = .arithmetic(depth + 1)
            } else if byte == 0x29 {
                if depth == 1 { frames.removeLast() } else { frames[frames.count - 1] = .arithmetic(depth - 1) }
            }
            return true
        case .doubleQuote:
            switch byte {
            case 0x22: frames.removeLast()
            case 0x5C:
                if let next {
                    if !(next == 0x22 || next == 0x5C || next == 0x24 || next == 0x60) { append(byte) }
                    append(next)
                    index += 1
                }
            case 0x24, 0x60: return expand(text, &index)
            default: append(byte)
            }
            index += 1
            return true
        case .backtick, .substitution, .subshell, nil:
            return stepInCommand(text, &index, byte, next)
        }
    }

    private mutating func stepInCommand(
        _ text: ArraySlice<UInt8>, _ index: inout Int, _ byte: UInt8, _ next: UInt8?
    ) -> Bool {
        switch byte {
        case 0x20, 0x09: endWord()
        case 0x23 where word == nil: return false
        case 0x5C:
            if let next {
                if next == 0x20 || next == 0x09, text[index...].dropFirst().allSatisfy({ $0 == 0x20 || $0 == 0x09 }) {
                    brokenContinuations.append(line)
                }
                append(next)
                index += 1
            } else {
                isContinued = true
            }
        case 0x27:
            open(.singleQuote)
        case 0x22:
            open(.doubleQuote)
        case 0x24, 0x60: return expand(text, &index)
        case 0x3B:  // ;
            endCommand()
        case 0x26:  // &
            endWord()
            if next == 0x3E {
                redirect(text, &index)
            } else if next == 0x26 {
                index += 1
                endCommand(operator: true)
            } else {
                command.isBackground = true
                endCommand()
            }
        case 0x7C:  // |
            if next == 0x7C {
                index += 1
                endCommand(operator: true)
            } else {
                if next == 0x26 { index += 1 }
                command.isPipedOnward = true
                endCommand(operator: true, pipe: true)
            }
        case 0x3C, 0x3E:  // < >
            if next == 0x28, frames.count < Self.maximumDepth {
                index += 1
                append(byte)
                append(0x28)
                beginNested(.substitution)
            } else {
                redirect(text, &index)
            }
        case 0x28:  // (
            if word == nil, command.words.isEmpty, next == 0x28 {
                index += 1
                word = Builder(line: line)
                frames.append(.arithmetic(2))
            } else if frames.count < Self.maximumDepth {
                beginNested(.subshell)
            }
        case 0x29:  // )
            if frames.last == .substitution || frames.last == .subshell {
                endNested()
            } else {
                endWord()
                command.isPattern = true
                endCommand()
            }
        default: append(byte)
        }
        index += 1
        return true
    }

    /// `$` or a backtick, in a command or in double quotes.
    private mutating func expand(_ text: ArraySlice<UInt8>, _ index: inout Int) -> Bool {
        let byte = text[index]
        let next = index + 1 < text.endIndex ? text[index + 1] : nil
        let afterNext = index + 2 < text.endIndex ? text[index + 2] : nil
        index += 1
        if byte == 0x60 {
            if frames.last == .backtick {
                endNested()
            } else if frames.contains(.backtick) {
                append(byte)
            } else {
                beginNested(.backtick)
            }
            return true
        }
        append(byte)
        guard let next, frames.count < Self.maximumDepth else { return true }
        switch next {
        case 0x27 where frames.last != .doubleQuote:
            word?.bytes.removeLast()
            word?.isQuoted = true
            frames.append(.dollarQuote)
            index += 1
        case 0x7B:
            append(next)
            word?.hasExpansion = true
            frames.append(.parameter)
            index += 1
            if let name = ShellVariable.name(in: text[index...], isBraced: true) { variables.append((name, line)) }
        case 0x28 where afterNext == 0x28:
            append(next)
            append(next)
            word?.hasExpansion = true
            frames.append(.arithmetic(2))
            index += 2
        case 0x28:
            append(next)
            index += 1
            beginNested(.substitution)
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x40, 0x2A, 0x23, 0x3F, 0x21, 0x24:
            word?.hasExpansion = true
            if let name = ShellVariable.name(in: text[index...], isBraced: false) { variables.append((name, line)) }
            // `$#` and `$$` must not be read again as a comment or another expansion.
            append(next)
            index += 1
        default: break
        }
        return true
    }

    private mutating func redirect(_ text: ArraySlice<UInt8>, _ index: inout Int) {
        // A number right before it is a file descriptor and no argument.
        if let builder = word, !builder.isQuoted, builder.bytes.allSatisfy({ (0x30...0x39).contains($0) }) {
            word = nil
        }
        endWord()
        let start = index
        while index + 1 < text.endIndex, "<>&|-".utf8.contains(text[index + 1]), index - start < 2 { index += 1 }
        let sign = Array(text[start...index])
        if sign.first == 0x3C { command.hasInput = true }
        if sign.starts(with: "<<".utf8), sign != Array("<<<".utf8) {
            delimiterExpected = sign == Array("<<-".utf8)
        } else if sign.last != 0x2D {
            isFileExpected = true
        }
    }

    private mutating func append(_ byte: UInt8) {
        if word == nil { word = Builder(line: line) }
        word?.bytes.append(byte)
    }

    private mutating func open(_ frame: Frame) {
        if word == nil { word = Builder(line: line) }
        word?.isQuoted = true
        if frames.count < Self.maximumDepth { frames.append(frame) }
    }

    private mutating func beginNested(_ frame: Frame) {
        if frame == .subshell {
            endCommand()
        } else {
            if word == nil { word = Builder(line: line) }
            word?.hasExpansion = true
        }
        outer.append((command, word))
        frames.append(frame)
        command = ShellCommand(line: line)
        command.isNested = frame != .subshell
        word = nil
    }

    private mutating func endNested() {
        endCommand()
        frames.removeLast()
        guard let (outerCommand, outerWord) = outer.popLast() else { return }
        command = outerCommand
        word = outerWord
        if word != nil { append(0x29) }
    }

    private mutating func endWord() {
        guard let builder = word else { return }
        word = nil
        if let stripsTabs = delimiterExpected {
            delimiterExpected = nil
            if waiting.count < 100 { waiting.append(HereDocument(delimiter: builder.bytes, stripsTabs: stripsTabs)) }
            return
        }
        if isFileExpected {
            isFileExpected = false
            return
        }
        let text = String(decoding: builder.bytes, as: UTF8.self)
        endsInOperator = false
        if command.words.isEmpty {
            command.line = line
            if !builder.isQuoted { countBlocks(text) }
        }
        command.words.append(
            .init(text: text, isQuoted: builder.isQuoted, hasExpansion: builder.hasExpansion, line: builder.line))
    }

    /// Words that open and close blocks, where a command begins.
    private mutating func countBlocks(_ text: String) {
        switch text {
        case "if", "for", "while", "until", "case", "select", "{": openBlocks += 1
        case "fi", "done", "esac", "}": openBlocks -= 1
        default: break
        }
    }

    private mutating func endCommand(operator isOperator: Bool = false, pipe: Bool = false) {
        endWord()
        isFileExpected = false
        delimiterExpected = nil
        let isNested = command.isNested
        // `then make` and `do make` run make.
        while let first = command.words.first, !first.isQuoted,
            ["then", "do", "else", "elif", "!", "{", "time"].contains(first.text)
        {
            command.words.removeFirst()
            if let second = command.words.first, !second.isQuoted { countBlocks(second.text) }
        }
        if !command.words.isEmpty { commands.append(command) }
        command = ShellCommand(line: line)
        command.isNested = isNested
        command.isPipedInto = pipe
        endsInOperator = isOperator
    }
}
