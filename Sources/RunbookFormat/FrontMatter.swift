import Essentials
import Yams

/// The YAML between `---` lines at a guide's very start, as nodes with their lines.
struct FrontMatter {
    static let maximumBytes = 65_536
    static let maximumDepth = 20

    /// Nil for a guide without front matter.
    let root: Yams.Node?
    /// The line, from 1, on which the Markdown begins.
    let bodyLine: Int
    /// The guide opens front matter and never closes it, so that all of it is Markdown.
    let isUnclosed: Bool

    /// - Throws: `Problem.invalid` with the line, when it is no YAML, too large, too deep, or uses anchors.
    init(of source: SourceText) throws(Problem) {
        guard Self.isOpened(source), let closing = Self.closingLine(in: source) else {
            root = nil
            bodyLine = 1
            isUnclosed = Self.isOpened(source)
            return
        }
        isUnclosed = false
        let text = source.from(line: 2).prefix(source.from(line: 2).count - source.from(line: closing).count)
        guard text.count <= Self.maximumBytes else {
            throw Self.problem("is \(text.count) bytes long; \(Self.maximumBytes) is the most.", line: 1)
        }
        if let fault = YAMLGuard.firstFault(in: text, maximumDepth: Self.maximumDepth) {
            throw Self.problem(fault.message, line: fault.line + 1)
        }
        let node = try Self.parse(String(decoding: text, as: UTF8.self))
        switch node {
        case .mapping?:
            root = node
            bodyLine = closing + 1
        case .sequence(let sequence)?:
            throw Self.problem(
                "is a list; write keys and values, such as \"title: Deploy\".", line: (sequence.mark?.line ?? 1) + 1)
        case .scalar?, .alias?:
            // Two rules with a line of prose between them are Markdown, not metadata.
            root = nil
            bodyLine = 1
        case nil:
            root = nil
            bodyLine = closing + 1
        }
    }

    static func problem(_ what: String, line: Int) -> Problem {
        .invalid(
            "The front matter \(what)", fields: [Problem.Field(name: "front matter", message: "It \(what)", line: line)]
        )
    }

    /// A blank second line makes `---` a thematic break, as Pandoc has it.
    private static func isOpened(_ source: SourceText) -> Bool {
        isRule(source.line(1)) && source.lineCount > 1 && !isBlank(source.line(2))
    }

    private static func closingLine(in source: SourceText) -> Int? {
        (2...source.lineCount).first { isRule(source.line($0)) || isEnd(source.line($0)) }
    }

    private static func isRule(_ line: ArraySlice<UInt8>) -> Bool { trimmedEnd(line).elementsEqual("---".utf8) }
    private static func isEnd(_ line: ArraySlice<UInt8>) -> Bool { trimmedEnd(line).elementsEqual("...".utf8) }
    private static func isBlank(_ line: ArraySlice<UInt8>) -> Bool { trimmedEnd(line).isEmpty }

    private static func trimmedEnd(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var line = line
        while let last = line.last, last == 0x20 || last == 0x09 { line.removeLast() }
        return line
    }

    private static func parse(_ yaml: String) throws(Problem) -> Yams.Node? {
        do {
            return try Parser(yaml: yaml, encoding: .utf8).singleRoot()
        } catch let error as YamlError {
            let (what, line) = explain(error)
            throw problem("can't be read as YAML: \(what).", line: line + 1)
        } catch {
            throw problem("can't be read as YAML.", line: 1)
        }
    }

    /// The parser's words and the line within the front matter, from 1.
    private static func explain(_ error: YamlError) -> (what: String, line: Int) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            (problem, mark.line)
        case .duplicatedKeysInMapping(let keys, let context):
            ("the key \"\(Parameter.shown(keys.first ?? ""))\" stands there twice", max(1, context.mark.line))
        case .reader(let problem, _, _, _): (problem, 1)
        default: ("it is no valid document", 1)
        }
    }
}
