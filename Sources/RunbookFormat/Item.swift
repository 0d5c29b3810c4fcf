/// A box to tick.
package struct Item: Sendable, Equatable {
    /// Unique in the guide, and the same again as long as section and text stay the same.
    package let id: String
    /// The slug of its section; empty before the first heading.
    package let section: String
    /// The list item's first line, from 1.
    package let line: Int
    /// The first paragraph as plain text, without the box.
    package let text: String
    package let isChecked: Bool
    /// Its place among the task items around it, from 1.
    package let depth: Int
    /// The id of the step that proves it by itself.
    package let check: String?
}
