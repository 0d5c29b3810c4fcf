/// Makes guides that look like those that people write: lists in lists, quotes, fences, tables, boxes that are none.
enum GuideGenerator {
    static func guide(_ random: inout Randomness) -> String {
        var lines: [String] = []
        for _ in 0..<Int.random(in: 1...8, using: &random) { lines += block(depth: 0, &random) + [""] }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func block(depth: Int, _ random: inout Randomness) -> [String] {
        switch Int.random(in: 0..<(depth < 4 ? 12 : 8), using: &random) {
        case 0: [String(repeating: "#", count: Int.random(in: 1...4, using: &random)) + " " + text(&random)]
        case 1: fence(&random)
        case 2: ["| a | b |", "|---|:-:|", "| \(word(&random)) | [ ] \(word(&random)) |"]
        // A blank line after it, for what may follow a definition at once is read in two ways.
        case 3: ["[x]: http://example.org/\(word(&random))", ""]
        case 4: ["<div>", "- [ ] not an item", "</div>"]
        case 5, 6: [text(&random), text(&random)]
        case 7: ["    - [ ] code"]
        case 8: quote(depth, &random)
        default: list(depth, &random)
        }
    }

    private static func list(_ depth: Int, _ random: inout Randomness) -> [String] {
        let isLoose = Bool.random(using: &random)
        let marker = ["-", "*", "+", "1.", "2)", "10."].randomElement(using: &random) ?? "-"
        var lines: [String] = []
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let indent = String(repeating: " ", count: marker.count + 1)
            lines.append("\(marker) \(box(&random))\(text(&random))")
            if Bool.random(using: &random) { lines.append(indent + text(&random)) }
            if Int.random(in: 0..<3, using: &random) == 0 {
                if Bool.random(using: &random) { lines.append("") }
                lines += block(depth: depth + 1, &random).map { $0.isEmpty ? "" : indent + $0 }
            }
            if isLoose { lines.append("") }
        }
        return lines
    }

    private static func quote(_ depth: Int, _ random: inout Randomness) -> [String] {
        (block(depth: depth + 1, &random) + block(depth: depth + 1, &random)).map { $0.isEmpty ? ">" : "> \($0)" }
    }

    private static func fence(_ random: inout Randomness) -> [String] {
        let mark = ["```", "~~~", "````"].randomElement(using: &random) ?? "```"
        let info =
            ["sh", "console", "yaml", "", "bash {name=\(word(&random))}", "sh {check}"].randomElement(using: &random)
            ?? ""
        let body = (0..<Int.random(in: 0...3, using: &random)).map { _ in
            ["$ ls", "- [ ] no", "echo \(word(&random)) <pod-name>", "", "  indented"].randomElement(using: &random)
                ?? ""
        }
        return [mark + info] + body + [mark]
    }

    private static func box(_ random: inout Randomness) -> String {
        ["[ ] ", "[ ] ", "[x] ", "[X] ", "", "[ ]", "[y] ", "\\[ ] ", "[ ]\t", "[] ", "[ ]  ", "**[ ]** "]
            .randomElement(using: &random) ?? ""
    }

    private static func text(_ random: inout Randomness) -> String {
        let text = (0..<Int.random(in: 1...5, using: &random)).map { _ in word(&random) }.joined(separator: " ")
        // cmark 0.29 begins raw HTML at a tag that stands alone on a lazy line; later parsers go on with the paragraph.
        return text.hasPrefix("<") ? "a \(text)" : text
    }

    private static func word(_ random: inout Randomness) -> String {
        [
            "deploy", "çalışıyor", "**bold**", "`code`", "`[ ]`", "[link](http://example.org)", "![image](i.png)",
            "a_b", "&amp;", "\\*", "[x]", "[ ]",
            "<name>", "~~gone~~", "v1.0", "100%", "(p95)", "it's", "\"so\"", "🚀", "*em*", "a*b",
        ].randomElement(using: &random) ?? ""
    }
}
