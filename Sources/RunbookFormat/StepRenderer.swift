/// Writes a step's fence: commands as they stand, sample output apart from them, gaps marked.
enum StepRenderer {
    static func html(of step: Step, content: [UInt8]) -> String {
        let fence = fence(of: step, content: content)
        guard let sentence = step.expectationSentence ?? terminalSentence(step) else { return fence }
        return "\(fence)<p class=\"remark expects\">\(HTML.escape(sentence))</p>\n"
    }

    private static func terminalSentence(_ step: Step) -> String? {
        guard step.isForTerminal, step.isRunnable else { return nil }
        return "A run waits here for a person, who runs this in a terminal and says how it went."
    }

    private static func fence(of step: Step, content: [UInt8]) -> String {
        let tag = "<pre class=\"language-\(cssName(step.language))\"><code>"
        if step.placeholders.isEmpty, isScript(of: step, content) {
            var html: [UInt8] = []
            html.reserveCapacity(content.count + content.count / 8 + 100)
            html += tag.utf8
            HTML.escape(content, into: &html)
            html += "</code></pre>\n".utf8
            return String(decoding: html, as: UTF8.self)
        }
        let isConsole = if case .console = StepLanguage(tag: step.language) { true } else { false }
        let reading = step.kind == .shell ? FenceScript(content, isConsole: isConsole) : FenceScript(plain: content)
        let gaps = Dictionary(grouping: step.placeholders, by: \.line)
        var html: [UInt8] = []
        html += tag.utf8
        var isInOutput = false
        for (number, line) in content.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            guard number < reading.lines.count else { break }
            let isOutput = reading.lines[number] == .output
            if isOutput != isInOutput {
                html += isOutput ? "<samp>".utf8 : "</samp>".utf8
                isInOutput = isOutput
            }
            if case .command(let length) = reading.lines[number], length > 0 {
                html += "<span class=\"prompt\">".utf8
                HTML.escape(line.prefix(length), into: &html)
                html += "</span>".utf8
                mark(line.dropFirst(length), gaps[step.line + 1 + number], into: &html)
            } else {
                mark(line, gaps[step.line + 1 + number], into: &html)
            }
            html.append(0x0A)
        }
        if isInOutput { html += "</samp>".utf8 }
        html += "</code></pre>\n".utf8
        return String(decoding: html, as: UTF8.self)
    }

    /// Whether all of the fence runs as it stands there: then it has neither prompts nor output.
    private static func isScript(of step: Step, _ content: [UInt8]) -> Bool {
        content.last == 0x0A && step.script.utf8.elementsEqual(content)
    }

    /// A line with each of its gaps in `<mark>`, the longest first where one begins another.
    private static func mark(_ line: ArraySlice<UInt8>, _ gaps: [Placeholder]?, into html: inout [UInt8]) {
        guard let gaps else {
            HTML.escape(line, into: &html)
            return
        }
        let texts = gaps.map { Array($0.text.utf8) }.sorted { $0.count > $1.count }
        var start = line.startIndex
        var index = line.startIndex
        while index < line.endIndex {
            guard let text = texts.first(where: { line[index...].starts(with: $0) }) else {
                index += 1
                continue
            }
            HTML.escape(line[start..<index], into: &html)
            html += "<mark class=\"placeholder\">".utf8
            HTML.escape(text, into: &html)
            html += "</mark>".utf8
            index += text.count
            start = index
        }
        HTML.escape(line[start...], into: &html)
    }

    /// What of a tag may stand in a class.
    static func cssName(_ language: String) -> String {
        let name = language.unicodeScalars.filter { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "-" }
        return String(String.UnicodeScalarView(name.prefix(30)))
    }
}
