import Essentials
import Foundation
package import Journal

/// What is to be opened.
package struct IncidentOrder: Sendable, Equatable {
    package var title: String
    package var severity: Severity
    /// By name; a service need not be known.
    package var services: [String]
    /// Runbooks that fit, by name.
    package var runbooks: [String]
    /// The first entry on the timeline, in Markdown.
    package var note: String?
    /// The id of the deployment that it is laid to.
    package var deployment: String?

    package init(
        title: String, severity: Severity, services: [String] = [], runbooks: [String] = [], note: String? = nil,
        deployment: String? = nil
    ) {
        self.title = title
        self.severity = severity
        self.services = services
        self.runbooks = runbooks
        self.note = note
        self.deployment = deployment
    }

    /// As it is kept.
    /// - Throws: `Problem.invalid` with the fields `title`, `services` and `note`.
    func checked() throws(Problem) -> IncidentOrder {
        var order = self
        var faults: [Problem.Field] = []
        order.title = IncidentRules.line(title)
        if let fault = IncidentRules.fault(title: order.title) { faults.append(.init(name: "title", message: fault)) }
        order.services = IncidentRules.names(services)
        if let fault = IncidentRules.fault(services: order.services) {
            faults.append(.init(name: "services", message: fault))
        }
        order.runbooks = IncidentRules.names(runbooks)
        if order.runbooks.count > IncidentRules.runbooks {
            faults.append(.init(name: "runbooks", message: "At most \(IncidentRules.runbooks)."))
        }
        if let text = note {
            if let fault = IncidentRules.fault(note: text) { faults.append(.init(name: "note", message: fault)) }
        }
        guard faults.isEmpty else { throw IncidentRules.refusal("The incident was not opened", faults) }
        return order
    }
}

/// What changes of an incident; what is nil stays.
package struct IncidentChange: Sendable, Equatable {
    package var title: String?
    package var severity: Severity?
    package var services: [String]?
    package var runbooks: [String]?
    package var blame: Blame?

    package init(
        title: String? = nil, severity: Severity? = nil, services: [String]? = nil, runbooks: [String]? = nil,
        blame: Blame? = nil
    ) {
        self.title = title
        self.severity = severity
        self.services = services
        self.runbooks = runbooks
        self.blame = blame
    }
}

/// What somebody says of the deployment behind an incident.
package enum Blame: Sendable, Equatable {
    /// It is laid to this one.
    case deployment(String)
    /// Whatever went wrong, no deployment did it.
    case noDeployment
}

/// What the texts of an incident must be.
enum IncidentRules {
    static let titleBytes = 300
    static let services = 20
    static let serviceBytes = 200
    static let runbooks = 20
    static let noteBytes = 16 * 1024

    /// One line, without what stands around it.
    static func line(_ text: String) -> String {
        if isPlainLine(text) { return text }
        return text.split(whereSeparator: \.isNewline).joined(separator: " ").trimmingCharacters(in: .whitespaces)
    }

    /// Each once, in the order given.
    static func names(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.map(line).filter { !$0.isEmpty && seen.insert($0).inserted }
    }

    static func fault(title: String) -> String? {
        if title.isEmpty { return "Say in a few words what is wrong." }
        if title.utf8.count > titleBytes { return "At most \(titleBytes) bytes: the rest belongs in a note." }
        return isPrintable(title) ? nil : "It holds control characters: take them out."
    }

    static func fault(services names: [String]) -> String? {
        if names.count > services { return "At most \(services) services." }
        let isWrong = names.contains { $0.utf8.count > serviceBytes || !isPrintable($0) }
        return isWrong ? "A service's name has at most \(serviceBytes) bytes and no control characters." : nil
    }

    static func fault(note: String) -> String? {
        if note.allSatisfy(\.isWhitespace) { return "Write something." }
        if note.utf8.contains(0) { return "It holds the character NUL: take it out." }
        return note.utf8.count > noteBytes ? "At most \(noteBytes / 1024) KiB: attach the rest elsewhere." : nil
    }

    static func isPrintable(_ text: String) -> Bool {
        isPlain(text) || text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }

    /// What most texts are: visible ASCII and spaces, of which Unicode need not be asked.
    private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { (0x20..<0x7f).contains($0) } }

    private static func isPlainLine(_ text: String) -> Bool {
        let space = UInt8(ascii: " ")
        return text.utf8.first != space && text.utf8.last != space && isPlain(text)
    }

    static func refusal(_ what: String, _ fields: [Problem.Field]) -> Problem {
        .invalid("\(what): correct \(fields.map(\.name).joined(separator: " and ")).", fields: fields)
    }
}
