/// What a handler gives to `Templates.render`: exactly the fields that its template uses, already formatted.
///
/// An optional field of an element must not share its name with a field around it, for Mustache looks for what is nil
/// further out; a test holds every template against its page.
package protocol WebPage: Encodable, Sendable {
    /// The template's path below `Web/templates`, without the extension.
    static var template: String { get }
    var layout: Layout { get }
}
