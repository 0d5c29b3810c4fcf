import Essentials
import Services

/// What is asked of a service; posts to `/services` or to its own page.
struct ServiceFormPage: WebPage {
    static let template = "services/service-form"

    /// What stands in the fields, as somebody typed it.
    struct Typed: Encodable, Sendable {
        var name = ""
        var description = ""
        var owner = ""
        /// A line each; a link is its title and then its address.
        var contacts = ""
        var links = ""
        /// Words.
        var environments = ""
        var dependencies = ""
        /// The `updated` of the record that the form was filled from.
        var updated: String?

        init(name: String) { self.name = name }

        init(_ record: ServiceRecord) {
            name = record.name
            description = record.facts.description
            owner = record.facts.owner ?? ""
            contacts = record.facts.contacts.joined(separator: "\n")
            links = record.facts.links.map { "\($0.title) \($0.url)" }.joined(separator: "\n")
            environments = record.facts.environments.joined(separator: " ")
            dependencies = record.facts.dependencies.joined(separator: " ")
            updated = record.updated.rfc3339
        }

        init(_ form: FormFields) {
            name = form["name"] ?? ""
            description = form["description"]?.replacing("\r\n", with: "\n") ?? ""
            owner = form["owner"] ?? ""
            contacts = form["contacts"] ?? ""
            links = form["links"] ?? ""
            environments = form["environments"] ?? ""
            dependencies = form["dependencies"] ?? ""
            updated = form.filled("updated")
        }

        var facts: ServiceFacts {
            get throws(Problem) {
                var links: [ServiceFacts.Link] = []
                for line in Self.lines(self.links) {
                    guard let space = line.lastIndex(where: \.isWhitespace) else {
                        throw .invalid(
                            "The service is not kept as it stands: correct links.",
                            fields: [.init(name: "links", message: "each line has a title and then an address")])
                    }
                    links.append(.init(title: String(line[..<space]), url: String(line[line.index(after: space)...])))
                }
                return ServiceFacts(
                    description: description, owner: owner, contacts: Self.lines(contacts), links: links,
                    environments: Self.words(environments), dependencies: Self.words(dependencies))
            }
        }

        private static func lines(_ text: String) -> [String] {
            text.split(whereSeparator: \.isNewline).map(String.init).map { line in
                String(line.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
            }.filter { !$0.isEmpty }
        }

        private static func words(_ text: String) -> [String] {
            text.split { $0.isWhitespace || $0 == "," }.map(String.init)
        }
    }

    struct Field: Encodable, Sendable {
        let input: String
        let label: String
        let hint: String
        let value: String
        let isArea: Bool
        let isRequired: Bool
        let complaint: String?
    }

    let layout: Layout
    let heading: String
    let sentence: String
    let backPath: String
    let action: String
    let submit: String
    let idempotencyKey: String
    let updated: String?
    let problem: String?
    let fields: [Field]

    /// - Parameters:
    ///   - name: of the service that is changed; nil for a new one.
    ///   - problem: what was wrong with the last try.
    init(_ typed: Typed, of name: String?, idempotencyKey: String, problem: Problem? = nil, reader: Reader) {
        heading = name.map { "Change \($0)" } ?? "Record a service"
        layout = Layout(heading, place: .services, reader: reader)
        sentence =
            name == nil
            ? "A guide belongs to it when its front matter says service: and this name."
            : "This replaces what is said now; the journal keeps what was said before."
        backPath = name.map(Paths.service) ?? "/services"
        action = name.map(Paths.service) ?? "/services"
        submit = name == nil ? "Record it" : "Save"
        self.idempotencyKey = idempotencyKey
        updated = typed.updated
        func field(
            _ input: String, _ label: String, _ value: String, _ hint: String, isArea: Bool = true,
            isRequired: Bool = false
        ) -> Field {
            Field(
                input: input, label: label, hint: hint, value: value, isArea: isArea, isRequired: isRequired,
                complaint: problem?.fields.first { $0.name == input }.map { "\(label): \($0.message)." })
        }
        var fields: [Field] = []
        if name == nil {
            fields.append(
                field(
                    "name", "Name", typed.name, "Lower-case letters, digits, dots and dashes, such as orders-db.",
                    isArea: false, isRequired: true))
        }
        fields += [
            field("owner", "Owner", typed.owner, "The team that answers for it.", isArea: false),
            field("description", "Description", typed.description, "What it does and for whom, in Markdown."),
            field("contacts", "Contacts", typed.contacts, "How its people are reached, a line each."),
            field(
                "links", "Links", typed.links, "A line each: a title, then an address, such as Dashboard https://…"),
            field(
                "environments", "Environments", typed.environments, "Where it runs, such as staging production.",
                isArea: false),
            field(
                "dependencies", "Depends on", typed.dependencies, "The names of the services that it needs.",
                isArea: false),
        ]
        self.fields = fields
        let shown = Set(fields.map(\.input))
        self.problem = problem.map { problem in
            Problem(problem.code, problem.message, fields: problem.fields.filter { !shown.contains($0.name) })
                .description
        }
    }
}
