import RunbookFormat

/// Which section and which step each line of a guide belongs to.
package struct Places: Sendable, Equatable {
    /// A line each: `12 deploy` for a section from line 12 on, `14 20 smoke` for a step on lines 14 to 20. Neither a slug nor
    /// a step's id holds a blank.
    let text: String

    init(of guide: Guide) {
        let sections = guide.sections.map { "\($0.line) \($0.slug)" }
        let steps = guide.steps.map { "\($0.line) \($0.endLine) \($0.id)" }
        text = (sections + steps).joined(separator: "\n")
    }

    init(text: String) { self.text = text }

    /// The last section that begins before the line or on it, and the step whose fence the line stands in.
    package func place(ofLine line: Int) -> (section: String?, step: String?) {
        var section: Substring.UTF8View?
        var step: Substring.UTF8View?
        // By bytes: a long guide has thousands of marks, and a search shows twenty guides.
        for mark in Substring(text).utf8.split(separator: UInt8(ascii: "\n")) {
            var rest = mark
            guard let first = Self.number(at: &rest), first <= line else { continue }
            if rest.first.map({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) == true,
                rest.contains(UInt8(ascii: " ")), let last = Self.number(at: &rest)
            {
                if step == nil, line <= last { step = rest }
            } else {
                section = rest
            }
        }
        return (section.flatMap { String($0) }, step.flatMap { String($0) })
    }

    /// Takes a number and the blank behind it off.
    private static func number(at text: inout Substring.UTF8View) -> Int? {
        var number = 0
        while let byte = text.popFirst(), byte != UInt8(ascii: " ") {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), number < 100_000_000 else { return nil }
            number = number * 10 + Int(byte & 0x0F)
        }
        return number
    }
}
