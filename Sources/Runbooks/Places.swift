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
        var section: Substring?
        var step: Substring?
        for mark in text.split(separator: "\n") {
            let words = mark.split(separator: " ")
            guard let first = words.first.flatMap({ Int($0) }), first <= line, let name = words.last else { continue }
            if words.count == 2 {
                section = name
            } else if step == nil, let last = Int(words[1]), line <= last {
                step = name
            }
        }
        return (section.map(String.init), step.map(String.init))
    }
}
