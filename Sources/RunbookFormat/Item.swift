package import Essentials

/// A box to tick.
package struct Item: Sendable, Equatable {
    /// Unique in the guide, and the same again as long as section and text stay the same.
    package let id: String
    /// The slug of its section; empty before the first heading.
    package let section: String
    /// The list item's first line, from 1.
    package let line: Int
    /// Where the character between the brackets stands, or the sign, for an export that ticks it.
    let box: Box
    /// The first paragraph as plain text, without the box.
    package let text: String
    package let isChecked: Bool
    /// Its place among the task items around it, from 1.
    package let depth: Int
    /// The id of the step that proves it by itself.
    package let check: String?
    /// What it is listed under within its section, where a document says so: `Infrastructure`.
    package let group: String?

    init(
        id: String, section: String, line: Int, box: Box, text: String, isChecked: Bool, depth: Int, check: String?,
        group: String? = nil
    ) {
        self.id = id
        self.section = section
        self.line = line
        self.box = box
        self.text = text
        self.isChecked = isChecked
        self.depth = depth
        self.check = check
        self.group = group
    }

    /// Whether a checklist is complete only with this item: all are but those whose text begins or ends with "(optional)".
    package var isRequired: Bool {
        let text = text.lowercased()
        return !text.hasPrefix("(optional)") && !text.hasSuffix("(optional)") && !text.hasSuffix("(optional).")
    }

    /// What whoever settles it must be, where its text begins or ends with "(role: admin)" or "(role: operator)".
    package var role: Role? {
        let text = text.lowercased()
        return [Role.admin, .operator].first { role in
            let mark = "(role: \(role.rawValue))"
            return text.hasPrefix(mark) || text.hasSuffix(mark) || text.hasSuffix(mark + ".")
        }
    }

    struct Box: Sendable, Equatable {
        /// From 1.
        let line: Int
        /// In bytes, from 0.
        let column: Int
        /// Of a sign, in bytes; nil for a box, whose one character it is.
        var length: Int?
    }
}
