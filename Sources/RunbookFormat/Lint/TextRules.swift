/// What the text itself gives away, wherever it stands: in a fence, a table or a sentence.
enum TextRules {
    static func findings(in text: SourceText, fences: FenceLines) -> [Finding] {
        var findings: [Finding] = []
        for number in 1...max(1, text.lineCount) {
            let line = text.line(number)
            if MarkedLine(line)?.isDone == true {
                findings.append(
                    Finding(
                        .preTickedBox, .warning, line: number,
                        "It is shown as done, and that proves nothing; a checklist starts with it open."))
            }
            if line.count < 5000, let secret = SecretLiteral.find(in: line, of: fences[number]) {
                findings.append(
                    Finding(
                        .secretLiteral, .warning, line: number,
                        "Whoever reads the guide reads \(secret); declare it under secrets, and change it where it counts."
                    ))
            }
            // Each rule's cheap test first: most lines fail them all.
            var hasSeparator = false
            for byte in line where byte == 0x3A || byte == 0x2F || byte == 0x3D {
                hasSeparator = true
                break
            }
            guard hasSeparator, line.count < 5000 else { continue }
            if hasFloatingTag(line) {
                findings.append(
                    Finding(
                        .floatingTag, .warning, line: number,
                        "The tag \"latest\" names another image tomorrow; write a version or a digest."))
            }
            if let pair = DefaultCredentials.find(in: line) {
                findings.append(
                    Finding(
                        .defaultCredentials, .warning, line: number,
                        "\"\(pair)\" is what everybody tries first; change it and keep it as a secret."))
            }
        }
        return findings
    }

    /// `name:latest`, as an image is named.
    private static func hasFloatingTag(_ line: ArraySlice<UInt8>) -> Bool {
        let tag = Array(":latest".utf8)
        var index = line.startIndex
        while let colon = line[index...].firstIndex(of: 0x3A) {
            index = colon + 1
            guard line[colon...].starts(with: tag), colon > line.startIndex else { continue }
            let before = line[colon - 1]
            let after = colon + tag.count < line.endIndex ? line[colon + tag.count] : 0x20
            let isName =
                (0x61...0x7A).contains(before) || (0x41...0x5A).contains(before) || (0x30...0x39).contains(before)
                || before == 0x7D || before == 0x5F
            let isEnd =
                !((0x61...0x7A).contains(after) || (0x30...0x39).contains(after) || after == 0x2D || after == 0x5F)
            if isName && isEnd { return true }
        }
        return false
    }
}
