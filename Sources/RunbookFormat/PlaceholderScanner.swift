/// Finds gaps that an author left for the reader, where that is certain: what could be shell, a here-document's markup or
/// code stays what it is.
struct PlaceholderScanner {
    /// The texts found in a script, each with the script's line from 0; the same text once for a line.
    static func scan(_ script: [UInt8], read scanner: ShellScanner) -> [(text: String, line: Int)] {
        guard mayHold(script) else { return [] }
        let closedTags = closedTags(in: script)
        var found: [(text: String, line: Int)] = []
        for (number, line) in script.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            guard number < scanner.codeLengths.count else { break }
            var lineScanner = PlaceholderScanner(line.prefix(scanner.codeLengths[number]), closedTags: closedTags)
            var seen: Set<String> = []
            for text in lineScanner.scan() where seen.insert(text).inserted { found.append((text, number)) }
        }
        return found
    }

    private let line: ArraySlice<UInt8>
    private let closedTags: Set<String>
    private var index: Int

    private init(_ line: ArraySlice<UInt8>, closedTags: Set<String>) {
        self.line = line
        self.closedTags = closedTags
        index = line.startIndex
    }

    private static func mayHold(_ script: [UInt8]) -> Bool {
        script.contains { $0 == 0x3C || $0 == 0x7B || $0 == 0x79 || $0 == 0x59 || $0 == 0x43 || $0 == 0x52 }
    }

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
        guard !name.contains(where: { "|&;$\"'`()/@=<\\,:{}[]*?!%+#^".utf8.contains($0) }), name.last != 0x20 else {
            return nil
        }
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
