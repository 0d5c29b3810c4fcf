import Mustache

/// A page, or a part of one, as its template looks into it: each field is found by its name at once.
///
/// Mustache looks into a struct by reflection, all its fields anew for each tag, and again for what surrounds it; that was
/// nine tenths of a page of the journal. Here every part is reflected once.
struct TemplateObject: MustacheParent {
    private let members: [String: Any]

    func child(named name: String) -> Any? { members[name] }

    /// What a template can use of a value: structs as objects, arrays of them, everything else as it is; nil for nil.
    static func of(_ value: Any) -> Any? {
        // What most fields are is asked for first: to ask whether a type conforms to a protocol takes ten times as long.
        if value is String || value is Bool || value is SafeHTML { return value }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional: return mirror.children.first.flatMap { of($0.value) }
        case .collection: return mirror.children.compactMap { of($0.value) }
        case .struct where !(value is any StringProtocol || value is any MustacheCustomRenderable):
            var members: [String: Any] = [:]
            members.reserveCapacity(mirror.children.count)
            for case (let name?, let field) in mirror.children { members[name] = of(field) }
            return TemplateObject(members: members)
        default: return value
        }
    }
}
