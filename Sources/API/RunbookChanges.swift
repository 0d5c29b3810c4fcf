/// What a version of a runbook has other than an older one.
package struct RunbookChanges: Codable, Sendable {
    package let runbook: String
    package let from: VersionReference
    package let to: VersionReference
    /// The title and the front matter.
    package let facts: [ChangedValue]
    package let steps: [StepChange]
    package let checklist: [ItemChange]
    /// How many stayed as they were.
    package let same_steps: Int
    package let same_checklist: Int
    /// How many changes are not listed, because there are too many.
    package let left_out: Int
    /// The whole Markdown, line by line.
    package let source: LineChanges

    package init(
        runbook: String, from: VersionReference, to: VersionReference, facts: [ChangedValue], steps: [StepChange],
        checklist: [ItemChange], same_steps: Int, same_checklist: Int, left_out: Int, source: LineChanges
    ) {
        self.runbook = runbook
        self.from = from
        self.to = to
        self.facts = facts
        self.steps = steps
        self.checklist = checklist
        self.same_steps = same_steps
        self.same_checklist = same_checklist
        self.left_out = left_out
        self.source = source
    }
}

/// Which version is meant.
package struct VersionReference: Codable, Sendable, Equatable {
    package let number: Int
    /// SHA-256 of the source, in hex.
    package let version: String
    package let created: String

    package init(number: Int, version: String, created: String) {
        self.number = number
        self.version = version
        self.created = created
    }
}

/// A value that is another now: absent where there was or is none. What is no text is written as JSON.
package struct ChangedValue: Codable, Sendable, Equatable {
    package let name: String
    package let from: String?
    package let to: String?

    package init(name: String, from: String?, to: String?) {
        self.name = name
        self.from = from
        self.to = to
    }
}

/// A step that was added, removed, changed or moved.
package struct StepChange: Codable, Sendable {
    package let change: String
    /// Of the newer version; of a step that was removed, of the older.
    package let id: String
    /// The slug of its section.
    package let section: String
    package let line: Int
    package let language: String
    /// Whether it stands elsewhere than before.
    package let moved: Bool
    /// Where it stood, when that was another section.
    package let was_section: String?
    /// The language and the attributes that are others now.
    package let values: [ChangedValue]
    /// Absent when it stayed the same.
    package let script: LineChanges?

    package init(
        change: String, id: String, section: String, line: Int, language: String, moved: Bool, was_section: String?,
        values: [ChangedValue], script: LineChanges?
    ) {
        self.change = change
        self.id = id
        self.section = section
        self.line = line
        self.language = language
        self.moved = moved
        self.was_section = was_section
        self.values = values
        self.script = script
    }
}

/// A checklist item that was added, removed, changed or moved.
package struct ItemChange: Codable, Sendable {
    package let change: String
    package let section: String
    package let line: Int
    package let text: String
    package let checked: Bool
    package let moved: Bool
    package let was_section: String?
    /// What it said before, when that was something else.
    package let was_text: String?

    package init(
        change: String, section: String, line: Int, text: String, checked: Bool, moved: Bool, was_section: String?,
        was_text: String?
    ) {
        self.change = change
        self.section = section
        self.line = line
        self.text = text
        self.checked = checked
        self.moved = moved
        self.was_section = was_section
        self.was_text = was_text
    }
}

/// Two texts line by line: what changed, with a few lines around it.
package struct LineChanges: Codable, Sendable {
    package let added: Int
    package let removed: Int
    package let lines: [ChangedLine]
    /// Whether there are more changes than lines of them are shown.
    package let cut: Bool

    package init(added: Int, removed: Int, lines: [ChangedLine], cut: Bool) {
        self.added = added
        self.removed = removed
        self.lines = lines
        self.cut = cut
    }
}

/// One line; `from` and `to` are its numbers in the older and the newer text.
package struct ChangedLine: Codable, Sendable, Equatable {
    /// `same`, `removed` or `added`.
    package let change: String
    package let from: Int?
    package let to: Int?
    package let text: String

    package init(change: String, from: Int?, to: Int?, text: String) {
        self.change = change
        self.from = from
        self.to = to
        self.text = text
    }
}
