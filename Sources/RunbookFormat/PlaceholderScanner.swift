/// Finds gaps that an author left for the reader, where that is certain: what could be shell, a here-document's markup or
/// code stays what it is.
struct PlaceholderScanner {
    /// The texts found in a script, each with the script's line from 0; the same text once for a line.
    /// - Parameter isShell: whether the commands are a shell's, in which words alone may be gaps too.
    static func scan(_ script: [UInt8], read scanner: ShellScanner, isShell: Bool) -> [(text: String, line: Int)] {
        guard mayHold(script) else { return [] }
        var found: [(text: String, line: Int)] = isShell ? WordGaps.scan(script, read: scanner) : []
        let closedTags = closedTags(in: script)
        for (number, line) in script.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            guard number < scanner.codeLengths.count else { break }
            var lineScanner = PlaceholderScanner(line.prefix(scanner.codeLengths[number]), closedTags, isShell)
            var seen = Set(found.filter { $0.line == number }.map(\.text))
            for text in lineScanner.scan() where seen.insert(text).inserted { found.append((text, number)) }
        }
        return found.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }.map(\.element)
    }

    private let line: ArraySlice<UInt8>
    private let closedTags: Set<String>
    private var index: Int

    private let isShell: Bool

    private init(_ line: ArraySlice<UInt8>, _ closedTags: Set<String>, _ isShell: Bool) {
        self.line = line
        self.isShell = isShell
        self.closedTags = closedTags
        index = line.startIndex
    }

    /// A cheap look, in one pass: most scripts hold none.
    private static func mayHold(_ script: [UInt8]) -> Bool {
        script.withUnsafeBufferPointer { bytes in
            for (index, byte) in bytes.enumerated() {
                switch byte {
                case 0x3C, 0x7B, 0x79, 0x59, 0x43, 0x52, 0x5B: return true
                case 0x2E where index + 2 < bytes.count && bytes[index + 1] == 0x2E && bytes[index + 2] == 0x2E:
                    return true
                case 0xE2 where index + 2 < bytes.count && bytes[index + 1] == 0x80 && bytes[index + 2] == 0xA6:
                    return true
                case 0x65 where index + 3 < bytes.count && bytes[index + 1] == 0x78 && bytes[index + 2] == 0x61:
                    return true
                default: continue
                }
            }
            return false
        }
    }

    private static let example = Array("example.".utf8)

    /// Names in `</name>`: their `<name>` is markup.
    private static func closedTags(in script: [UInt8]) -> Set<String> {
        var tags: Set<String> = []
        for index in script.indices.dropLast(2) where script[index] == 0x3C && script[index + 1] == 0x2F {
            tags.insert(
                String(decoding: script[(index + 2)...].prefix(60).prefix { $0 != 0x3E && $0 != 0x0A }, as: UTF8.self))
        }
        return tags
    }

    private mutating func scan() -> [String] {
        if line.drop(while: { $0 == 0x20 || $0 == 0x09 }).starts(with: "#include".utf8) { return [] }
        var found: [String] = []
        while index < line.endIndex {
            let text: String? =
                switch line[index] {
                case 0x3C: angled()
                case 0x7B: braced()
                case 0x79, 0x59: yours()
                case 0x43, 0x52: changeMe()
                case 0x65 where isShell: exampleHost()
                default: nil
                }
            if let text {
                found.append(text)
                index += text.utf8.count
            } else {
                index += 1
            }
        }
        return found
    }

    private func byte(_ position: Int) -> UInt8? { line.indices.contains(position) ? line[position] : nil }
    private var before: UInt8? { byte(index - 1) }

    /// `<pod-name>`, but not `<file >other`, `<<EOF`, `<(…)`, `a<b`, tags, types and addresses.
    private func angled() -> String? {
        guard before != 0x3C, let first = byte(index + 1), first.isLetter else { return nil }
        let rest = line[(index + 1)...].prefix(80)
        guard let close = rest.firstIndex(of: 0x3E) else { return nil }
        let name = line[(index + 1)..<close]
        // What a name can't hold: an operator, a quote, a path, an address, an attribute.
        let isSigned = name.contains { "|&;$\"'`()/@=<\\,:{}[]*?!%+#^".utf8.contains($0) }
        guard !isSigned || isNamed(name), name.last != 0x20 else { return nil }
        guard byte(close + 1) != 0x3E, byte(close + 1) != 0x28 else { return nil }
        let text = String(decoding: name, as: UTF8.self)
        guard !closedTags.contains(text), !Self.markup.contains(text.lowercased()), !Self.handles.contains(text) else {
            return nil
        }
        let isSpoken =
            name.contains { $0 == 0x2D || $0 == 0x5F || $0 == 0x20 } || name.allSatisfy { !(0x61...0x7A).contains($0) }
        let follower = byte(close + 1)
        let isClosingQuote = (follower == 0x22 || follower == 0x27) && before == follower
        let isGlued =
            !isClosingQuote
            && (follower.map { $0.isLetter || (0x30...0x39).contains($0) || "$\"'&~".utf8.contains($0) } ?? false)
        if let before, before.isLetter || (0x30...0x39).contains(before) || before == 0x5F {
            // `v<major>` may be one, `List<String>`, `i<n` and `cmd<in>out` are none.
            guard isSpoken, !isGlued else { return nil }
        } else if isGlued {
            // `sort <in>out` reads one file and writes another.
            guard isSpoken, follower != 0x26 else { return nil }
        }
        return "<\(text)>"
    }

    /// Signs of a shell that stand there for the reader all the same: `<path/to/file>`, `<user@host>`, `<start|stop>`.
    private func isNamed(_ name: ArraySlice<UInt8>) -> Bool {
        let isPlain = name.allSatisfy { $0.isWordPart || $0 == 0x2D || $0 == 0x2E || "/@|".utf8.contains($0) }
        guard isPlain else { return false }
        if name.contains(0x2F) {
            return name.starts(with: "path/".utf8) && !name.contains(0x7C) && !name.contains(0x40)
        }
        let parts = name.split(separator: name.contains(0x40) ? 0x40 : 0x7C, omittingEmptySubsequences: false)
        // An address of mail has a dot behind its sign.
        return parts.count > 1 && parts.allSatisfy { $0.count > 1 && !$0.contains(0x2E) && $0.allSatisfy(\.isWordPart) }
    }

    /// `{ACCOUNT_ID}` and `{pod-name}`, but not `${X}`, `{{x}}`, `{a,b}`, `@{u}`, `%{x}`.
    private func braced() -> String? {
        if let before, !" \t/=:\"'".utf8.contains(before) { return nil }
        guard let close = line[index...].prefix(60).firstIndex(of: 0x7D), byte(close + 1) != 0x7D else { return nil }
        let name = line[(index + 1)..<close]
        guard let first = name.first, first.isLetter, name.last != 0x2D else { return nil }
        let isUpper =
            name.count > 2 && name.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
        let isHyphenated =
            name.contains(0x2D)
            && name.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        return isUpper || isHyphenated ? "{\(String(decoding: name, as: UTF8.self))}" : nil
    }

    /// `YOUR_DOMAIN`, `your-registry.com`, `yourdomain.com`, but not the variable `$YOUR_DOMAIN` or an assignment to it.
    private func yours() -> String? {
        if let before, before.isWordPart || before == 0x24 { return nil }
        if before == 0x7B, byte(index - 2) == 0x24 { return nil }
        let isUpper = line[index...].starts(with: "YOUR".utf8)
        guard isUpper || line[index...].starts(with: "your".utf8) || line[index...].starts(with: "Your".utf8) else {
            return nil
        }
        let word = line[index...].prefix(100).prefix { $0.isWordPart || $0 == 0x2D || $0 == 0x2E && !isUpper }
        var text = String(decoding: word, as: UTF8.self)
        while let last = text.last, last == "." || last == "-" { text.removeLast() }
        let rest = text.dropFirst(4)
        if rest.first == "-" || rest.first == "_" {
            guard rest.count > 1 else { return nil }
            return byte(index + text.utf8.count) == 0x3D && isUpper && isAtWordStart ? nil : text
        }
        let lower = rest.lowercased()
        return !isUpper && Self.possessions.contains(where: lower.hasPrefix) ? text : nil
    }

    /// `example.com` and hosts below it, which stand for one's own (RFC 2606), but not `example.yaml` or `myexample.com`.
    private mutating func exampleHost() -> String? {
        guard line[index...].starts(with: Self.example) else { return nil }
        if let before, before.isWordPart || before == 0x2D { return nil }
        var start = index
        while let before = byte(start - 1), before == 0x2E || before == 0x2D || before.isWordPart && before < 0x80 {
            start -= 1
        }
        // `$NAME.example.com` is filled by the shell but for its end.
        if byte(start - 1) == 0x24 || byte(start - 1) == 0x7D { start = index }
        while start < index, line[start] == 0x2E || line[start] == 0x2D { start += 1 }
        let host = line[index...].prefix { $0 == 0x2E || $0 == 0x2D || $0.isWordPart && $0 < 0x80 }
        let labels = host.split(separator: 0x2E, omittingEmptySubsequences: true)
        guard labels.count > 1, Self.exampleEnds.contains(where: labels[1].elementsEqual) else { return nil }
        let end = labels.last?.endIndex ?? host.endIndex
        let text = String(decoding: line[start..<end], as: UTF8.self)
        // What comes before was passed already.
        index = start
        return text
    }

    private static let exampleEnds = ["com", "org", "net", "edu"].map { Array($0.utf8) }

    private var isAtWordStart: Bool { before.map { $0 == 0x20 || $0 == 0x09 || $0 == 0x3B } ?? true }

    /// `CHANGE_ME`, `CHANGEME`, `REPLACE_ME`, `REPLACE_WITH_…`.
    private func changeMe() -> String? {
        if let before, before.isWordPart || before == 0x24 || before == 0x7B { return nil }
        let word = String(decoding: line[index...].prefix(80).prefix(while: \.isWordPart), as: UTF8.self)
        let isOne =
            ["CHANGE_ME", "CHANGEME", "REPLACE_ME", "REPLACEME"].contains(word) || word.hasPrefix("REPLACE_WITH_")
        return isOne && byte(index + word.utf8.count) != 0x3D ? word : nil
    }

    /// What stands after `your` without a hyphen, and can't be a word of its own.
    private static let possessions = [
        "domain", "registry", "company", "org", "host", "server", "user", "name", "password", "bucket", "account",
        "project",
        "cluster", "region", "token", "secret", "key", "app", "repo", "database", "db", "email", "ip", "id", "site",
        "service",
    ]

    /// Tags that stand alone or are often left open.
    private static let markup: Set<String> = [
        "html", "head", "body", "div", "span", "p", "a", "b", "i", "br", "hr", "ul", "ol", "li", "table", "tr", "td",
        "th", "pre",
        "code", "title", "meta", "link", "script", "style", "img", "form", "input", "button", "h1", "h2", "h3", "h4",
        "h5", "h6",
        "em", "strong", "small", "section", "nav", "main", "header", "footer", "details", "summary", "label", "option",
    ]

    /// Perl's file handles.
    private static let handles: Set<String> = ["STDIN", "STDOUT", "STDERR", "DATA", "ARGV", "FH", "IN", "OUT", "FILE"]
}

extension UInt8 {
    /// A letter, also the first or a later byte of one beyond ASCII.
    fileprivate var isLetter: Bool { (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) || self >= 0x80 }
    fileprivate var isWordPart: Bool { isLetter || (0x30...0x39).contains(self) || self == 0x5F }
}
