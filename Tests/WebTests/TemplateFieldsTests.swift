import Essentials
import Testing
import Web

@testable import Server

/// Mustache renders a name that it doesn't know as nothing, so a wrong one must be found here.
struct TemplateFieldsTests {
    /// Where our own renderer's HTML goes in as it is. Each entry widens what must be trusted.
    static let unescaped: Set = [
        "layout/page: content", "runbooks/runbook: body", "runbooks/runbook: contents", "runbooks/runbook: remarks",
        "services/service: description",
        "incidents/incident: prose", "incidents/incident: said",
    ]

    @Test(arguments: Set(Samples().pages.map { type(of: $0).template }).sorted())
    func `every tag of a template is a field of its page, and every field is used`(template: String) throws {
        let pages = Samples().pages.filter { type(of: $0).template == template }
        try expectFieldsAndTagsToAgree(pages, template: template, exempt: "layout")
    }

    @Test func `every tag of the layout is a field of the frame, and every field is used`() throws {
        let layout = Layout("Title", place: .runs, reader: Samples().reader, scripts: ["run.js"])
        let frame = Frame(layout, content: "content", subject: "checklists", files: .embedded)
        // `scripts` of the layout become URLs in the frame.
        try expectFieldsAndTagsToAgree([frame], template: Frame.template, exempt: "layout.scripts")
    }

    @Test func `only the listed fields are put in unescaped`() throws {
        let found = try WebFiles.embedded.templateNames.flatMap { name in
            try TemplateTag.scan(WebFiles.embedded.template(name) ?? "", of: name)
                .filter { $0.kind == .unescaped }.map { "\(name): \($0.name)" }
        }
        #expect(Set(found) == Self.unescaped)
    }

    @Test func `every template but partials belongs to a page`() {
        let known = Set(
            Samples().pages.map { type(of: $0).template } + [
                Frame.template, "layout/time", "layout/field", "runbooks/changed-lines",
            ])
        #expect(Set(WebFiles.embedded.templateNames) == known)
    }

    /// Of several samples of a page, what one lacks another may have.
    private func expectFieldsAndTagsToAgree(_ samples: [Any], template: String, exempt: String) throws {
        let walks = try samples.map { sample in
            var walk = TemplateWalk(sample)
            try walk.read(template)
            return walk
        }
        let first = try #require(walks.first)
        #expect(walks.dropFirst().reduce(Set(first.faults)) { $0.intersection($1.faults) } == [])
        let unused = walks.dropFirst().reduce(first.unused) { $0.intersection($1.unused) }
        #expect(unused.filter { $0 != exempt && !$0.hasPrefix("\(exempt).") } == [])
    }
}

/// Reads a template against a page as Mustache would, and notes what Mustache would pass over in silence.
private struct TemplateWalk {
    /// All elements of a list stand for one another: one may have what another lacks.
    private struct Scope {
        let alternatives: [Any]
        /// Which field it is, as `rows.lastRun`; empty for the page itself.
        let path: String

        func field(_ name: String) -> Scope? {
            let found = alternatives.compactMap { value in
                Mirror(reflecting: value).children.first { $0.label == name }?.value
            }
            return found.isEmpty ? nil : Scope(alternatives: found, path: path.isEmpty ? name : "\(path).\(name)")
        }

        var isOptional: Bool { alternatives.contains { Mirror(reflecting: $0).displayStyle == .optional } }

        /// Without what is nil.
        var present: Scope { Scope(alternatives: alternatives.compactMap(unwrapped), path: path) }

        /// Of lists, their elements.
        var elements: Scope {
            Scope(
                alternatives: alternatives.flatMap { value in
                    let mirror = Mirror(reflecting: value)
                    return mirror.displayStyle == .collection ? mirror.children.map(\.value) : [value]
                }, path: path)
        }
    }

    private(set) var faults: [String] = []
    private var used: Set<String> = []
    private let root: Any
    private var stack: [Scope]

    init(_ root: Any) {
        self.root = root
        stack = [Scope(alternatives: [root], path: "")]
    }

    mutating func read(_ template: String) throws {
        guard let text = WebFiles.embedded.template(template) else {
            faults.append("\(template) does not exist")
            return
        }
        var depths: [Int] = []
        for tag in try TemplateTag.scan(text, of: template) {
            switch tag.kind {
            case .variable, .unescaped:
                if let found = find(tag, in: template) { checkText(found, tag, in: template) }
            case .section:
                depths.append(stack.count)
                if let found = find(tag, in: template)?.elements {
                    if found.alternatives.isEmpty {
                        faults.append("\(template):\(tag.line) the sample's \(tag.name) is empty")
                    }
                    if !found.alternatives.allSatisfy({ $0 is Bool }) { stack.append(found) }
                }
            case .inverted:
                depths.append(stack.count)
                _ = find(tag, in: template)
            case .end:
                if let depth = depths.popLast() { stack.removeLast(stack.count - depth) }
            case .partial:
                try read(tag.name)
            }
        }
    }

    /// The fields that no tag named, as `rows.title`.
    var unused: Set<String> { fields(of: root, at: "").subtracting(used) }

    private mutating func find(_ tag: TemplateTag, in template: String) -> Scope? {
        if tag.name == "." { return stack.last }
        let names = tag.name.split(separator: ".").map(String.init)
        guard let index = stack.lastIndex(where: { $0.field(names[0]) != nil }),
            var found = stack[index].field(names[0])
        else {
            faults.append("\(template):\(tag.line) there is no field \(tag.name)")
            return nil
        }
        if found.isOptional, stack[..<index].contains(where: { $0.field(names[0]) != nil }) {
            faults.append("\(template):\(tag.line) \(found.path), when nil, is looked for further out, and found")
        }
        used.insert(found.path)
        for name in names.dropFirst() {
            guard let next = found.present.field(name) else {
                faults.append("\(template):\(tag.line) \(found.path) has no \(name)")
                return nil
            }
            found = next
            used.insert(found.path)
        }
        if found.present.alternatives.isEmpty {
            faults.append("\(template):\(tag.line) the sample's \(found.path) is nil")
        }
        return found.present
    }

    private mutating func checkText(_ found: Scope, _ tag: TemplateTag, in template: String) {
        for value in found.alternatives where !(tag.kind == .unescaped ? value is SafeHTML : value is String) {
            faults.append("\(template):\(tag.line) \(found.path) is a \(type(of: value)): that does not fit its tag")
        }
    }
}

private func unwrapped(_ value: Any) -> Any? {
    let mirror = Mirror(reflecting: value)
    return mirror.displayStyle == .optional ? mirror.children.first?.value : value
}

private func fields(of value: Any, at path: String) -> Set<String> {
    guard let value = unwrapped(value), !(value is SafeHTML) else { return [] }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .collection:
        return mirror.children.reduce(into: []) { $0.formUnion(fields(of: $1.value, at: path)) }
    case .struct where !(value is String):
        return mirror.children.reduce(into: []) { all, child in
            guard let label = child.label else { return }
            let name = path.isEmpty ? label : "\(path).\(label)"
            all.insert(name)
            all.formUnion(fields(of: child.value, at: name))
        }
    default: return []
    }
}
