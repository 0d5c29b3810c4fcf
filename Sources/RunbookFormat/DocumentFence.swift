/// A fence that nothing runs: configuration, code, a drawing.
package struct DocumentFence: Sendable, Equatable {
    /// The line of the opening fence, from 1.
    package let line: Int
    /// The tag as far as it is one word, in lower case; empty when there is none.
    package let language: String
}
