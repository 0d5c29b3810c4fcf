import Foundation
package import Essentials
package import Journal
import Storage

/// What a program elsewhere may start with a signed message.
package struct HookRecord: Sendable, Equatable {
    /// As many as anybody needs.
    package static let atMost = 500

    /// Lower-case letters, digits, dots, dashes and underscores: it stands in the address.
    package let name: String
    package let runbook: String
    package let section: String?
    /// Values that are always the same.
    package let parameters: [String: String]
    /// Where in a message's body the others stand, by their name.
    package let pointers: [String: JSONPointer]
    package let isPaused: Bool
    package let created: Timestamp
    /// Who added it.
    package let actorName: String
    let person: String?
    /// Until when the secret before the present one is good; nil when there is none.
    package let formerUntil: Timestamp?

    package init(
        name: String, runbook: String, section: String?, parameters: [String: String],
        pointers: [String: JSONPointer], isPaused: Bool, created: Timestamp, actorName: String, person: String? = nil,
        formerUntil: Timestamp? = nil
    ) {
        self.name = name
        self.runbook = runbook
        self.section = section
        self.parameters = parameters
        self.pointers = pointers
        self.isPaused = isPaused
        self.created = created
        self.actorName = actorName
        self.person = person
        self.formerUntil = formerUntil
    }

    package var reference: ObjectReference { ObjectReference("hook", name) }

    var objects: [ObjectReference] { [reference, ObjectReference("runbook", runbook)] }
}

/// A hook with the secret that signs its messages; nobody is ever shown it again.
package struct NewHookRecord: Sendable, Equatable {
    package let hook: HookRecord
    package let secret: String
}

/// What came of one message.
package struct HookDelivery: Sendable, Equatable, Decodable {
    package enum Outcome: String, Sendable, CaseIterable, Codable, SQLBindable {
        case started
        /// The sender sent it once more: its run had started before.
        case repeated
        /// It can't be started as things stand.
        case refused
    }

    /// The sender's id of it.
    package let message: String
    package let at: Timestamp
    package let outcome: Outcome
    package let run: String?
    /// Why it started nothing, as a sentence.
    package let reason: String?

    package init(message: String, at: Timestamp, outcome: Outcome, run: String?, reason: String?) {
        self.message = message
        self.at = at
        self.outcome = outcome
        self.run = run
        self.reason = reason
    }
}

struct HookRow: Decodable, Sendable {
    let name: String
    let runbook: String
    let section: String?
    let parameters: String
    let pointers: String
    let secret: Data
    let former_secret: Data?
    let former_until: Timestamp?
    let paused: Bool
    let created: Timestamp
    let actor_name: String
    let person: String?

    static let select: SQL = """
        SELECT name, runbook, section, parameters, pointers, secret, former_secret, former_until, paused, created,
            actor_name, person
        FROM hooks
        """

    func hook(at now: Timestamp) throws -> HookRecord {
        let decoder = JSONDecoder()
        return HookRecord(
            name: name, runbook: runbook, section: section,
            parameters: try decoder.decode([String: String].self, from: Data(parameters.utf8)),
            pointers: try decoder.decode([String: String].self, from: Data(pointers.utf8))
                .mapValues { try JSONPointer($0) },
            isPaused: paused, created: created, actorName: actor_name, person: person,
            formerUntil: former_until.flatMap { $0 > now ? $0 : nil })
    }

    /// Those that are good now, as they were sealed.
    func secrets(at now: Timestamp) -> [Data] {
        [secret] + [former_secret].compactMap { former in former_until.flatMap { $0 > now ? former : nil } }
    }
}
