import Essentials
import Foundation

extension ServiceFacts {
    private static let descriptionBytes = 64 << 10
    private static let lineCharacters = 200
    private static let urlBytes = 2000
    private static let contactsAtMost = 20
    private static let linksAtMost = 50
    private static let environmentsAtMost = 20
    private static let dependenciesAtMost = 200

    /// The facts as they are kept: trimmed, without empty lines and repetitions, the dependencies sorted.
    /// - Throws: `Problem.invalid` with every field that has a fault.
    func checked(for name: String) throws(Problem) -> ServiceFacts {
        let facts = tidied
        let faults: [(field: String, fault: String?)] = [
            ("name", ServiceName.fault(of: name)), ("description", facts.descriptionFault),
            ("owner", facts.owner.flatMap(Self.fault(ofLine:))), ("contacts", facts.contactsFault),
            ("links", facts.linksFault), ("environments", facts.environmentsFault),
            ("dependencies", facts.dependenciesFault(of: name)),
        ]
        let fields = faults.compactMap { field, fault in fault.map { Problem.Field(name: field, message: $0) } }
        guard fields.isEmpty else {
            throw .invalid(
                "The service is not kept as it stands: correct \(fields.map(\.name).joined(separator: " and ")).",
                fields: fields)
        }
        return facts
    }

    private var tidied: ServiceFacts {
        func trimmed(_ text: String) -> String { text.trimmingCharacters(in: .whitespacesAndNewlines) }
        func lines(_ texts: [String]) -> [String] {
            var seen: Set<String> = []
            return texts.map(trimmed).filter { !$0.isEmpty && seen.insert($0).inserted }
        }
        return ServiceFacts(
            description: trimmed(description), owner: owner.map(trimmed).flatMap { $0.isEmpty ? nil : $0 },
            contacts: lines(contacts), links: links.map { Link(title: trimmed($0.title), url: trimmed($0.url)) },
            environments: lines(environments), dependencies: lines(dependencies).sorted())
    }

    private var descriptionFault: String? {
        guard description.utf8.count <= Self.descriptionBytes else { return "it has at most 64 KiB" }
        return description.utf8.contains(0) ? "it holds the character NUL" : nil
    }

    private var contactsFault: String? {
        guard contacts.count <= Self.contactsAtMost else { return "there are at most \(Self.contactsAtMost)" }
        return contacts.lazy.compactMap(Self.fault(ofLine:)).first
    }

    private var linksFault: String? {
        guard links.count <= Self.linksAtMost else { return "there are at most \(Self.linksAtMost)" }
        for link in links {
            if link.title.isEmpty { return "each has a title and an address" }
            if let fault = Self.fault(ofLine: link.title) { return fault }
            guard Self.isWebAddress(link.url) else {
                return "\"\(link.url.prefix(80))\" is no address: it begins with https:// or http:// and names a host"
            }
        }
        return nil
    }

    private var environmentsFault: String? {
        guard environments.count <= Self.environmentsAtMost else {
            return "there are at most \(Self.environmentsAtMost)"
        }
        return environments.first { !ServiceName.isIdentifier($0) }.map {
            "\"\($0.prefix(80))\" is no environment's name: it has \(ServiceName.form)"
        }
    }

    private func dependenciesFault(of name: String) -> String? {
        guard dependencies.count <= Self.dependenciesAtMost else {
            return "there are at most \(Self.dependenciesAtMost)"
        }
        if dependencies.contains(name) { return "a service does not depend on itself" }
        return dependencies.first { !ServiceName.isName($0) }.map {
            "\"\($0.prefix(80))\" is not a service's name: it has \(ServiceName.form)"
        }
    }

    /// One line that can be read: no control characters, nor those that turn the writing direction.
    private static func fault(ofLine line: String) -> String? {
        guard line.count <= lineCharacters, line.utf8.count <= lineCharacters * 4 else {
            return "a line has at most \(lineCharacters) characters"
        }
        let isVisible = line.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .surrogate: false
            case .format: scalar.value == 0x200d  // Joins emoji.
            default: true
            }
        }
        return isVisible ? nil : "it holds control characters or invisible ones"
    }

    private static func isWebAddress(_ text: String) -> Bool {
        guard (1...urlBytes).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }),
            let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            let host = parts.host
        else { return false }
        return ["http", "https"].contains(scheme) && !host.isEmpty
    }
}
