import API
import Essentials
import RunbookFormat
import Runbooks

/// How much of a comparison is answered, in bytes of what it is written in. Every line costs its text, as long as it can
/// become when it is escaped, and what stands around it.
struct ComparisonRoom {
    /// A page with everything around it stays below 100 KB.
    static let page = ComparisonRoom(pieces: 40_000, source: 22_000)
    static let json = ComparisonRoom(pieces: 1_000_000, source: 1_000_000)

    private static let longestLine = 400
    private static let lineCost = 110
    static let pieceCost = 600

    var pieces: Int
    var source: Int

    /// What is shown of a text of one line.
    static func shown(_ text: String) -> String {
        guard text.utf8.count > longestLine else { return text }
        return String(decoding: text.utf8.prefix(longestLine), as: UTF8.self) + "…"
    }

    static func cost(_ text: String) -> Int {
        let escaped = text.utf8.count { [0x22, 0x26, 0x27, 0x3C, 0x3E].contains($0) }
        return lineCost + text.utf8.count + 5 * escaped
    }
}

extension RunbookChanges {
    init(_ comparison: Comparison, within room: ComparisonRoom) {
        var room = room
        let difference = comparison.difference
        let facts = ChangedValue.list(difference.facts, within: &room.pieces)
        var steps: [StepChange] = []
        for step in difference.steps where room.pieces > 0 { steps.append(StepChange(step, within: &room.pieces)) }
        var items: [ItemChange] = []
        for item in difference.items where room.pieces > 0 {
            let change = ItemChange(item)
            room.pieces -= ComparisonRoom.cost(change.text) + ComparisonRoom.cost(change.was_text ?? "")
            items.append(change)
        }
        let all = difference.facts.count + difference.steps.count + difference.items.count
        self.init(
            runbook: comparison.runbook, from: VersionReference(comparison.old), to: VersionReference(comparison.new),
            facts: facts, steps: steps, checklist: items, same_steps: difference.sameSteps,
            same_checklist: difference.sameItems, left_out: all - facts.count - steps.count - items.count,
            source: LineChanges(difference.source, within: &room.source))
    }
}

extension VersionReference {
    fileprivate init(_ version: Version) {
        self.init(number: version.number, version: version.version, created: version.created.rfc3339)
    }
}

extension ChangedValue {
    fileprivate static func list(_ values: [GuideDifference.Value], within room: inout Int) -> [ChangedValue] {
        var list: [ChangedValue] = []
        for value in values where room > 0 {
            let change = ChangedValue(
                name: ComparisonRoom.shown(value.name), from: text(value.old), to: text(value.new))
            room -= [change.name, change.from ?? "", change.to ?? ""].reduce(0) { $0 + ComparisonRoom.cost($1) }
            list.append(change)
        }
        return list
    }

    private static func text(_ value: JSONValue?) -> String? {
        value.map { ComparisonRoom.shown($0.string ?? $0.text) }
    }
}

extension StepChange {
    fileprivate init(_ change: GuideDifference.StepChange, within room: inout Int) {
        let step = change.new ?? change.old
        let wasSection = change.isMoved ? change.old?.section : nil
        room -= ComparisonRoom.pieceCost
        let values = ChangedValue.list(change.values, within: &room)
        self.init(
            change: change.kind.rawValue, id: step?.id ?? "", section: step?.section ?? "", line: step?.line ?? 1,
            language: step?.language ?? "", moved: change.isMoved,
            was_section: wasSection == step?.section ? nil : wasSection, values: values,
            script: change.script.map { LineChanges($0, within: &room) })
    }
}

extension ItemChange {
    fileprivate init(_ change: GuideDifference.ItemChange) {
        let item = change.new ?? change.old
        let wasSection = change.isMoved ? change.old?.section : nil
        let wasText = change.new == nil ? nil : change.old?.text
        self.init(
            change: change.kind.rawValue, section: item?.section ?? "", line: item?.line ?? 1,
            text: ComparisonRoom.shown(item?.text ?? ""), checked: item?.isChecked ?? false, moved: change.isMoved,
            was_section: wasSection == item?.section ? nil : wasSection,
            was_text: wasText == item?.text ? nil : wasText.map(ComparisonRoom.shown))
    }
}

extension LineChanges {
    private static let context = 3

    /// - Parameter room: the bytes left, of which it takes its own.
    init(_ difference: LineDifference, within room: inout Int) {
        var lines: [ChangedLine] = []
        var isCut = false
        func show(_ change: String, old: Int?, new: Int?) {
            guard !isCut else { return }
            let text = ComparisonRoom.shown(
                old.map(difference.old.text) ?? new.map(difference.new.text) ?? "")
            room -= ComparisonRoom.cost(text)
            guard room > 0 else {
                isCut = true
                return
            }
            lines.append(ChangedLine(change: change, from: old.map { $0 + 1 }, to: new.map { $0 + 1 }, text: text))
        }
        // Up to where the old lines have been shown.
        var shown = 0
        for (index, change) in difference.changes.enumerated() where !isCut {
            let offset = change.new.lowerBound - change.old.lowerBound
            for line in max(shown, change.old.lowerBound - Self.context)..<change.old.lowerBound {
                show("same", old: line, new: line + offset)
            }
            for line in change.old where !isCut { show("removed", old: line, new: nil) }
            for line in change.new where !isCut { show("added", old: nil, new: line) }
            let next =
                index + 1 < difference.changes.count
                ? difference.changes[index + 1].old.lowerBound : difference.old.count
            shown = min(next, change.old.upperBound + Self.context)
            let after = change.new.upperBound - change.old.upperBound
            for line in change.old.upperBound..<shown { show("same", old: line, new: line + after) }
        }
        self.init(added: difference.added, removed: difference.removed, lines: lines, cut: isCut)
    }
}
