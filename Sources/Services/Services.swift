import Accounts
package import Essentials
import Foundation
package import Journal
import Outbound
package import Storage

/// What a team says of its services: who owns them, where they run, what they need.
package struct Services: Sendable {
    package let database: Database
    let journal: Journal
    package let time: TimeSource
    let requester: Requester
    /// How long an answer from a link is waited for.
    let patience: Duration
    /// Rings when a link may be new.
    let bell = Bell()

    package init(journal: Journal, time: TimeSource = .system, patience: Duration = .seconds(10)) {
        database = journal.database
        self.journal = journal
        self.time = time
        self.patience = patience
        var limits = Requester.Limits()
        limits.connecting = min(limits.connecting, patience)
        // What is answered is not read, but for its status.
        limits.answerBytes = 1
        requester = Requester(limits)
    }

    /// - Throws: `Problem.invalid` with every field that has a fault; `Problem.conflict` when there is one of the name.
    package func add(_ facts: ServiceFacts, name: String, by principal: Principal) async throws -> ServiceRecord {
        try principal.require(.operate, to: "add services")
        let facts = try facts.checked(for: name)
        let (journal, now, bell) = (journal, time.now(), bell)
        return try await database.write { transaction in
            guard try !transaction.exists("SELECT 1 FROM services WHERE name = \(name)") else {
                throw Problem.conflict(
                    "There is a service \(name) already: change it, or choose another name.",
                    fields: [.init(name: "name", message: "is taken")])
            }
            try transaction.execute(
                """
                INSERT INTO services (name, description, owner, contacts, links, environments, created, updated)
                VALUES (\(name), \(facts.description), \(facts.owner), \(try Self.json(facts.contacts)),
                    \(try Self.json(facts.links)), \(try Self.json(facts.environments)), \(now), \(now))
                """)
            try Self.insert(facts.dependencies, of: name, in: transaction)
            try Self.index(name, facts, at: now, in: transaction)
            try journal.append(
                Event("service.added", on: .service(name), details: facts.details), by: principal, in: transaction)
            transaction.afterCommit { bell.ring() }
            return ServiceRecord(name: name, facts: facts, created: now, updated: now)
        }
    }

    /// Replaces what is said of a service. What is the same already changes nothing.
    /// - Parameter seen: the `updated` of the record that the change was made from; nil overwrites whatever is there.
    /// - Throws: `Problem.conflict` when somebody changed it since.
    package func change(
        _ name: String, to facts: ServiceFacts, seen: Timestamp? = nil, by principal: Principal
    ) async throws -> ServiceRecord {
        try principal.require(.operate, to: "change services")
        let facts = try facts.checked(for: name)
        let (journal, now, bell) = (journal, time.now(), bell)
        return try await database.write { transaction in
            guard let old = try Self.record(name, in: transaction) else { throw Self.unknown(name) }
            if let seen, seen != old.updated {
                throw Problem.conflict(
                    "\(name) was changed meanwhile: look at what it says now, and make your change again.",
                    fields: [.init(name: "updated", message: "it is \(old.updated.rfc3339) now")])
            }
            guard facts != old.facts else { return old }
            // A clock that stands still or goes back must not make two versions look like one.
            let updated = max(now, old.updated.advanced(by: .microseconds(1)))
            try transaction.execute(
                """
                UPDATE services SET description = \(facts.description), owner = \(facts.owner),
                    contacts = \(try Self.json(facts.contacts)), links = \(try Self.json(facts.links)),
                    environments = \(try Self.json(facts.environments)), updated = \(updated)
                WHERE name = \(name)
                """)
            try transaction.execute("DELETE FROM service_dependencies WHERE service = \(name)")
            try Self.insert(facts.dependencies, of: name, in: transaction)
            try Self.forgetLinks(of: name, besides: facts, in: transaction)
            transaction.afterCommit { bell.ring() }
            try Self.index(name, facts, at: updated, in: transaction)
            let (before, after) = (old.facts.details, facts.details)
            try journal.append(
                Event(
                    "service.changed", on: .service(name),
                    details: after.filter { before[$0.key] != $0.value }.merging([
                        "before": .object(before.filter { after[$0.key] != $0.value })
                    ]) { $1 }), by: principal, in: transaction)
            return ServiceRecord(name: name, facts: facts, created: old.created, updated: updated)
        }
    }

    /// Takes the record away. What names the service, such as runbooks and the journal, goes on naming it.
    package func remove(_ name: String, by principal: Principal) async throws {
        try principal.require(.operate, to: "remove services")
        let journal = journal
        try await database.write { transaction in
            guard let old = try Self.record(name, in: transaction) else { throw Self.unknown(name) }
            try transaction.execute("DELETE FROM services WHERE name = \(name)")
            try transaction.unindex(ObjectReference.service(name).text)
            try journal.append(
                Event("service.removed", on: .service(name), details: old.facts.details), by: principal,
                in: transaction)
        }
    }

    /// - Throws: `Problem.notFound`.
    package func service(_ name: String, by principal: Principal) async throws -> ServiceRecord {
        guard let record = try await find(name, by: principal) else { throw Self.unknown(name) }
        return record
    }

    /// Nil for a service that nobody has recorded.
    package func find(_ name: String, by principal: Principal) async throws -> ServiceRecord? {
        try principal.require(.read, to: "see services")
        return try await database.read { try Self.record(name, in: $0) }
    }

    /// A page of the services that are recorded, by name.
    package func services(_ request: PageRequest, by principal: Principal) async throws -> Page<ServiceRecord> {
        try principal.require(.read, to: "see services")
        return try await database.read { reader in
            let rows: [Row] = try reader.all(
                "\(Row.select) WHERE name > \(request.after ?? "") ORDER BY name LIMIT \(request.limit + 1)")
            return try Page(rows: rows, limit: request.limit, cursor: \.name).map { row in
                try row.record(dependencies: try Self.dependencies(of: row.name, in: reader))
            }
        }
    }

    /// How the people of these services are reached: those that are recorded and say it, in the order given.
    package func contacts(
        of names: [String], by principal: Principal
    ) async throws -> [(service: String, lines: [String])] {
        try principal.require(.read, to: "see services")
        return try await database.read { reader in
            try names.compactMap { name in
                let row = try reader.first("SELECT contacts FROM services WHERE name = \(name)", as: Reached.self)
                guard let row else { return nil }
                let lines = try JSONDecoder().decode([String].self, from: Data(row.contacts.utf8))
                return lines.isEmpty ? nil : (name, lines)
            }
        }
    }

    /// The services, by name, that say they need this one; a thousand at most.
    package func dependants(of name: String, by principal: Principal) async throws -> [String] {
        try principal.require(.read, to: "see services")
        return try await database.look { reader in
            try reader.all(
                """
                SELECT service AS name FROM service_dependencies WHERE dependency = \(name) ORDER BY service LIMIT 1000
                """, as: Name.self
            ).map(\.name)
        }
    }

    /// Which of these are recorded.
    package func recorded(among names: [String], by principal: Principal) async throws -> Set<String> {
        try principal.require(.read, to: "see services")
        return try await database.read { reader in
            Set(try names.filter { try reader.exists("SELECT 1 FROM services WHERE name = \($0)") })
        }
    }
}

extension Services {
    fileprivate struct Name: Decodable { let name: String }
    fileprivate struct Reached: Decodable { let contacts: String }

    static func record(_ name: String, in reader: Reader) throws -> ServiceRecord? {
        try reader.first("\(Row.select) WHERE name = \(name)", as: Row.self)?
            .record(dependencies: try dependencies(of: name, in: reader))
    }

    private static func dependencies(of name: String, in reader: Reader) throws -> [String] {
        try reader.all(
            "SELECT dependency AS name FROM service_dependencies WHERE service = \(name) ORDER BY dependency",
            as: Name.self
        ).map(\.name)
    }

    private static func insert(_ dependencies: [String], of name: String, in transaction: Transaction) throws {
        for dependency in dependencies {
            try transaction.execute(
                "INSERT INTO service_dependencies (service, dependency) VALUES (\(name), \(dependency))")
        }
    }

    private static func index(
        _ name: String, _ facts: ServiceFacts, at now: Timestamp, in transaction: Transaction
    ) throws {
        try transaction.index(
            ObjectReference.service(name).text, title: name, text: "\(facts.owner ?? "")\n\(facts.description)", at: now
        )
    }

    private static func json(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }

    package static func unknown(_ name: String) -> Problem {
        .notFound("There is no service \(name): `runbook service list` shows those there are.")
    }
}

private struct Row: Decodable, Sendable {
    let name: String
    let description: String
    let owner: String?
    let contacts: String
    let links: String
    let environments: String
    let created: Timestamp
    let updated: Timestamp

    static let select: SQL =
        "SELECT name, description, owner, contacts, links, environments, created, updated FROM services"

    func record(dependencies: [String]) throws -> ServiceRecord {
        let decoder = JSONDecoder()
        return ServiceRecord(
            name: name,
            facts: ServiceFacts(
                description: description, owner: owner,
                contacts: try decoder.decode([String].self, from: Data(contacts.utf8)),
                links: try decoder.decode([ServiceFacts.Link].self, from: Data(links.utf8)),
                environments: try decoder.decode([String].self, from: Data(environments.utf8)),
                dependencies: dependencies),
            created: created, updated: updated)
    }
}

extension ObjectReference {
    package static func service(_ name: String) -> ObjectReference { ObjectReference("service", name) }
}
