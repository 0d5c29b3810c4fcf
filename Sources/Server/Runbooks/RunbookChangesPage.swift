import API
import Essentials

/// What a version of a runbook has other than an older one: first what runs and what is ticked, then every line.
struct RunbookChangesPage: WebPage {
    static let template = "runbooks/changes"

    /// A line of a text, with its number in the newer one, or in the older one for what is gone.
    struct Line: Encodable, Sendable {
        let change: String
        /// Where lines between were left out.
        let isAfterGap: Bool
        let number: String
        let sign: String
        let line: String

        static func list(_ changes: LineChanges) -> [Line] {
            var last: (from: Int, to: Int) = (0, 0)
            return changes.lines.map { line in
                let isAfterGap = (line.from ?? last.from + 1) > last.from + 1 || (line.to ?? last.to + 1) > last.to + 1
                last = (line.from ?? last.from, line.to ?? last.to)
                let sign = line.change == "added" ? "+" : line.change == "removed" ? "−" : " "
                return Line(
                    change: line.change, isAfterGap: isAfterGap, number: String(line.to ?? line.from ?? 0), sign: sign,
                    line: line.text)
            }
        }
    }

    struct Value: Encodable, Sendable {
        let valueName: String
        /// Nil where there was none, or is none.
        let was: String?
        let now: String?

        init(_ value: ChangedValue) {
            valueName = value.name
            was = value.from
            now = value.to
        }
    }

    struct Step: Encodable, Sendable {
        let change: String
        let id: String
        /// `sh · line 12 · in deploy · moved from prepare`.
        let facts: String
        let values: [Value]
        let lines: [Line]
        let hasLines: Bool
        let isStepCut: Bool

        init(_ step: StepChange) {
            change = step.change
            id = step.id
            let place = place(step.section, was: step.was_section, step.moved, step.change)
            facts = ([step.language, "line \(step.line)"] + place).joined(separator: " · ")
            values = step.values.map(Value.init)
            lines = step.script.map(Line.list) ?? []
            hasLines = !lines.isEmpty
            isStepCut = step.script?.cut ?? false
        }
    }

    struct Item: Encodable, Sendable {
        let change: String
        let text: String
        let wasText: String?
        let facts: String

        init(_ item: ItemChange) {
            change = item.change
            text = item.text
            wasText = item.was_text
            let place = place(item.section, was: item.was_section, item.moved, item.change)
            facts = (["line \(item.line)"] + place).joined(separator: " · ")
        }
    }

    struct Older: Encodable, Sendable {
        let number: String
        let isSelected: Bool
    }

    let layout: Layout
    let name: String
    let runbookPath: String
    let versionsPath: String
    let heading: String
    let sentence: String
    /// Where the form goes that chooses what to compare with.
    let comparePath: String
    let older: [Older]
    let facts: [Value]
    let hasFacts: Bool
    let steps: [Step]
    let items: [Item]
    /// How many others stayed the same, each as a sentence.
    let sameSteps: String?
    let sameItems: String?
    let leftOut: String?
    let sourceSentence: String
    let sourceLines: [Line]
    let isSourceCut: Bool
    let oldSourcePath: String
    let newSourcePath: String

    /// - Parameter older: the numbers of the versions that the newer one may be compared with.
    init(_ changes: RunbookChanges, older: [Int], reader: Reader) {
        let (from, to) = (changes.from.number, changes.to.number)
        heading = "Version \(from) to \(to)"
        layout = Layout("\(heading) of \(changes.runbook)", place: .runbooks, reader: reader)
        name = changes.runbook
        runbookPath = Paths.runbook(changes.runbook)
        versionsPath = Paths.versions(changes.runbook)
        comparePath = Paths.changes(changes.runbook, version: to)
        self.older = older.map { Older(number: String($0), isSelected: $0 == from) }
        facts = changes.facts.map(Value.init)
        hasFacts = !facts.isEmpty
        steps = changes.steps.map(Step.init)
        items = changes.checklist.map(Item.init)
        sameSteps = Self.same(changes.same_steps, others: changes.steps.count, "step")
        sameItems = Self.same(changes.same_checklist, others: changes.checklist.count, "item")
        leftOut =
            changes.left_out == 0
            ? nil : "\(counted(changes.left_out, "more change").capitalisedSentence) would not fit this page."
        sourceSentence =
            "\(counted(changes.source.added, "line")) added, \(counted(changes.source.removed, "line")) removed"
            .capitalisedSentence
        sourceLines = Line.list(changes.source)
        isSourceCut = changes.source.cut
        oldSourcePath = Paths.runbookSource(changes.runbook, version: changes.from.version)
        newSourcePath = Paths.runbookSource(changes.runbook, version: changes.to.version)
        let parts = [
            Self.summary(changes.steps.map(\.change), "step"), Self.summary(changes.checklist.map(\.change), "item"),
            changes.facts.isEmpty ? nil : counted(changes.facts.count, "fact") + " changed",
        ].compactMap { $0 }
        sentence =
            parts.isEmpty
            ? "Nothing that runs or is ticked changed." : (parts.joined(separator: "; ") + ".").capitalisedSentence
    }

    /// `1 step added, 2 changed`; nil for nothing.
    private static func summary(_ changes: [String], _ noun: String) -> String? {
        let counts = ["added", "removed", "changed", "moved"].map { kind in (kind, changes.count { $0 == kind }) }
            .filter { $0.1 > 0 }
        guard let first = counts.first else { return nil }
        return (["\(counted(first.1, noun)) \(first.0)"] + counts.dropFirst().map { "\($0.1) \($0.0)" })
            .joined(separator: ", ")
    }

    private static func same(_ count: Int, others: Int, _ noun: String) -> String? {
        switch (count, others) {
        case (0, 0): "Neither version has any."
        case (0, _): nil
        case (_, 0): "\(counted(count, noun).capitalisedSentence), the same as before."
        default: "\(counted(count, "other \(noun)").capitalisedSentence) stayed the same."
        }
    }
}

private func place(_ section: String, was: String?, _ isMoved: Bool, _ change: String) -> [String] {
    let here = section.isEmpty ? nil : "in \(section)"
    // That it moved is said already where nothing else happened to it.
    let moved = isMoved && change != "moved" ? "moved" : nil
    let move = was.map { "moved from \($0.isEmpty ? "before the first heading" : $0)" } ?? moved
    return [here, move].compactMap { $0 }
}
