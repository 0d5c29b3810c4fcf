/// A piece of a guide's safe HTML, in order; joined, the pieces are one well-formed fragment.
///
/// Steps and boxes are pieces of their own, so that a page can put its buttons and controls around or in place of them.
package enum RenderedPart: Sendable, Equatable {
    case html(String)
    /// A step's `<pre>`, with placeholders in `<mark class="placeholder">` and sample output in `<samp>`.
    case step(id: String, html: String)
    /// The box of a checklist item, standing at the start of its `<li class="task">`; its text follows in the next part.
    case item(id: String, html: String)
    /// Where what is said of these lines of the source, from 1, has its place: below the block that holds them. There is one
    /// where a finding or a link to another guide stands, outside steps.
    case margin(lines: ClosedRange<Int>)

    /// What stands here when the page has nothing better.
    package var html: String {
        switch self {
        case .html(let html), .step(_, let html), .item(_, let html): html
        case .margin: ""
        }
    }
}
