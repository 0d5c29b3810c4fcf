/// A heading, and with it the part of the guide that it opens.
package struct Section: Sendable, Equatable {
    /// Unique in the guide, as GitHub makes anchors: `deploy`, then `deploy-1`.
    package let slug: String
    /// The heading's plain text.
    package let title: String
    /// 1 to 6.
    package let level: Int
    /// The heading's line, from 1.
    package let line: Int
    /// The slug of the section that this one lies in.
    package let parent: String?
}
