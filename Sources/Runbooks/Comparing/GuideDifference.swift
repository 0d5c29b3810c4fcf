package import Essentials
package import RunbookFormat

/// What a version of a guide has other than another: by what runs and what is ticked, not only by lines.
package struct GuideDifference: Sendable {
    /// What happened to a step or an item, the most telling word of it.
    package enum Kind: String, Sendable, CaseIterable {
        case added, removed, changed, moved
    }

    /// A value of the front matter or an attribute; nil where it is absent.
    package struct Value: Sendable, Equatable {
        package let name: String
        package let old: JSONValue?
        package let new: JSONValue?
    }

    package struct StepChange: Sendable {
        package let kind: Kind
        /// Nil for one that was added.
        package let old: RunbookFormat.Step?
        /// Nil for one that was removed.
        package let new: RunbookFormat.Step?
        /// Whether it stands elsewhere than before, among the others or in another section.
        package let isMoved: Bool
        /// The language and the attributes that are others now.
        package let values: [Value]
        /// Nil when the script stayed the same; of one that was added or removed all of it.
        package let script: LineDifference?
    }

    package struct ItemChange: Sendable {
        package let kind: Kind
        package let old: Item?
        package let new: Item?
        package let isMoved: Bool
    }

    /// The title and the front matter.
    package let facts: [Value]
    /// Those of the new version in its order, then those that are gone.
    package let steps: [StepChange]
    package let items: [ItemChange]
    package let sameSteps: Int
    package let sameItems: Int
    package let source: LineDifference

    package init(from old: Guide, to new: Guide) {
        facts = Self.facts(old, new)
        var effort = LineDifference.usualEffort
        let steps = Pairs(old.steps, new.steps)
        self.steps = Self.changes(steps, old.steps, new.steps) { before, after, isMoved in
            StepChange(from: before, to: after, isMoved: isMoved, effort: &effort)
        }
        sameSteps = new.steps.count - self.steps.count { $0.new != nil }
        let items = Pairs(old.checklist, new.checklist)
        self.items = Self.changes(items, old.checklist, new.checklist) { before, after, isMoved in
            ItemChange(from: before, to: after, isMoved: isMoved)
        }
        sameItems = new.checklist.count - self.items.count { $0.new != nil }
        source = LineDifference(from: old.text, to: new.text)
    }

    private static func changes<P: Piece, Change>(
        _ pairs: Pairs, _ old: [P], _ new: [P], _ change: (P?, P?, Bool) -> Change?
    ) -> [Change] {
        let here = new.indices.compactMap { place -> Change? in
            guard let before = pairs.old[place] else { return change(nil, new[place], false) }
            return change(old[before], new[place], pairs.moved.contains(before))
        }
        return here + old.indices.filter { pairs.new[$0] == nil }.compactMap { change(old[$0], nil, false) }
    }

    private static func facts(_ old: Guide, _ new: Guide) -> [Value] {
        let title = Value(name: "title", old: .string(old.title), new: .string(new.title))
        let (before, after) = (old.metadata.raw, new.metadata.raw)
        let names = Set(before.keys).union(after.keys).subtracting(["title"]).sorted()
        let values = names.flatMap { Value(name: $0, old: before[$0], new: after[$0]).parts }
        return ([title] + values).filter { $0.old != $0.new }
    }
}

extension GuideDifference.Value {
    /// Each parameter and each variable on its own, for together they are a page of JSON.
    fileprivate var parts: [GuideDifference.Value] {
        guard let before = Self.members(of: old), let after = Self.members(of: new) else { return [self] }
        return Set(before.keys).union(after.keys).sorted().map {
            GuideDifference.Value(name: "\(name).\($0)", old: before[$0], new: after[$0])
        }
    }

    private static func members(of value: JSONValue?) -> [String: JSONValue]? {
        switch value {
        case nil: [:]
        case .object(let members): members
        default: nil
        }
    }
}

extension GuideDifference.StepChange {
    /// Nil when nothing about it changed.
    fileprivate init?(from old: RunbookFormat.Step?, to new: RunbookFormat.Step?, isMoved: Bool, effort: inout Int) {
        self.old = old
        self.new = new
        self.isMoved = isMoved
        var values: [GuideDifference.Value] = []
        if let old, let new {
            if old.language != new.language {
                values.append(.init(name: "language", old: .string(old.language), new: .string(new.language)))
            }
            for name in Set(old.attributes.keys).union(new.attributes.keys).sorted() {
                let (before, after) = (old.attributes[name], new.attributes[name])
                guard before != after else { continue }
                values.append(.init(name: name, old: before.map(JSONValue.string), new: after.map(JSONValue.string)))
            }
        }
        self.values = values
        // Not as Swift compares texts: to a shell two spellings of a letter are two letters.
        let isSame = old.map { Array($0.script.utf8) } == new.map { Array($0.script.utf8) }
        if isSame {
            script = nil
        } else {
            let lines = LineDifference(
                from: Array((old?.script ?? "").utf8), to: Array((new?.script ?? "").utf8), effort: max(0, effort))
            effort -= lines.old.count + lines.new.count + lines.removed * lines.added
            script = lines
        }
        switch (old, new) {
        case (nil, _): kind = .added
        case (_, nil): kind = .removed
        case _ where script != nil || !values.isEmpty: kind = .changed
        case _ where isMoved: kind = .moved
        default: return nil
        }
    }
}

extension GuideDifference.ItemChange {
    fileprivate init?(from old: Item?, to new: Item?, isMoved: Bool) {
        self.old = old
        self.new = new
        self.isMoved = isMoved
        switch (old, new) {
        case (nil, _): kind = .added
        case (_, nil): kind = .removed
        case (let old?, let new?) where old.text != new.text || old.isChecked != new.isChecked: kind = .changed
        case _ where isMoved: kind = .moved
        default: return nil
        }
    }
}
