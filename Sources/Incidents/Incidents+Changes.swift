import Accounts
package import Essentials
import Foundation
import Journal
import Runbooks
import Storage

extension Incidents {
    /// Changes the title, the severity, the services, or which runbooks fit.
    /// - Throws: `Problem.invalid` with every field that is wrong.
    package func change(
        _ id: ID<IncidentRecord>, _ change: IncidentChange, by principal: Principal
    ) async throws -> IncidentRecord {
        try principal.require(.operate, to: "change incidents")
        return try await database.write { transaction in
            try apply(change, to: try Self.incident(id, in: transaction), by: principal, in: transaction)
        }
    }

    func apply(
        _ change: IncidentChange, to before: IncidentRecord, by principal: Principal, in transaction: Transaction
    ) throws -> IncidentRecord {
        let wanted = try IncidentOrder(
            title: change.title ?? before.title, severity: change.severity ?? before.severity,
            services: change.services ?? before.services, runbooks: change.runbooks ?? []
        ).checked()
        var details: [String: JSONValue] = [:]
        if wanted.title != before.title {
            details["title"] = .string(wanted.title)
            details["title_before"] = .string(before.title)
        }
        if wanted.severity != before.severity {
            details["severity"] = .string(wanted.severity.rawValue)
            details["severity_before"] = .string(before.severity.rawValue)
        }
        if wanted.services != before.services {
            details["services"] = .names(wanted.services)
            details["services_before"] = .names(before.services)
        }
        try transaction.execute(
            """
            UPDATE incidents SET title = \(wanted.title), severity = \(wanted.severity),
                services = \(JSONValue.names(wanted.services).text) WHERE id = \(before.id)
            """)
        let after = try Self.incident(before.id, in: transaction)
        if wanted.services != before.services || wanted.severity != before.severity {
            for service in before.services {
                try transaction.execute(
                    "DELETE FROM incident_services WHERE service = \(service) AND incident = \(before.id)")
            }
            try insert(services: after.services, of: after, in: transaction)
        }
        if wanted.title != before.title || wanted.services != before.services {
            try index(after, in: transaction)
        }
        if change.runbooks != nil { try replaceRunbooks(of: after, with: wanted.runbooks, &details, in: transaction) }
        let laid = try change.blame.flatMap { try lay(before, to: $0, &details, in: transaction) }
        guard !details.isEmpty else { return before }
        let services = after.services + before.services.filter { !after.services.contains($0) }
        try journal.append(
            Event(
                "incident.changed",
                on: [after.reference] + services.map { ObjectReference("service", $0) }
                    + (laid.map { [ObjectReference("deployment", $0)] } ?? []),
                details: details),
            by: principal, in: transaction)
        return try Self.incident(before.id, in: transaction)
    }

    /// - Returns: the id of the deployment that it is laid to from now on, where that is news.
    private func lay(
        _ incident: IncidentRecord, to blame: Blame, _ details: inout [String: JSONValue], in transaction: Transaction
    ) throws -> String? {
        var deployment: String?
        if case .deployment(let id) = blame { deployment = try Self.deployed(id, in: transaction).id }
        guard !incident.isDeploymentSaid || deployment != incident.deployment else { return nil }
        try transaction.execute(
            "UPDATE incidents SET deployment = \(deployment), deployment_said = 1 WHERE id = \(incident.id)")
        details["deployment"] = .string(deployment ?? "none")
        if let before = incident.deployment { details["deployment_before"] = .string(before) }
        return deployment
    }

    struct Deployed: Decodable {
        let id: String
        let service: String
    }

    /// - Throws: `Problem.invalid` with the field `deployment` when there is no such one.
    static func deployed(_ id: String, in reader: Reader) throws -> Deployed {
        guard let found: Deployed = try reader.first("SELECT id, service FROM deployments WHERE id = \(id)") else {
            throw Problem.invalid(
                "There is no deployment \(id.prefix(60)): `runbook deploy list` shows those there are.",
                fields: [.init(name: "deployment", message: "the id of a deployment")])
        }
        return found
    }

    private func replaceRunbooks(
        of incident: IncidentRecord, with wanted: [String], _ details: inout [String: JSONValue],
        in transaction: Transaction
    ) throws {
        let names = IncidentRules.names(wanted.map(RunbookName.dotted))
        let before = try Self.runbooks(of: incident.id, in: transaction).map(\.runbook)
        let gone = before.filter { !names.contains($0) }
        for name in gone {
            try transaction.execute(
                "DELETE FROM incident_runbooks WHERE incident = \(incident.id) AND runbook = \(name)")
        }
        let new = try attach(names.map { ($0, nil) }, to: incident.id, in: transaction)
        if !new.isEmpty { details["runbooks"] = .names(new) }
        if !gone.isEmpty { details["runbooks_gone"] = .names(gone) }
    }

    /// Gives somebody a part, or takes it from whoever has it.
    /// - Parameter name: a person of the installation; nil for nobody.
    /// - Throws: `Problem.invalid` with the field `person` when nobody is called so, or may not sign in any more.
    package func assign(
        _ role: IncidentRole, to name: String?, in id: ID<IncidentRecord>, by principal: Principal
    ) async throws -> IncidentDetails {
        try principal.require(.operate, to: "give people parts in incidents")
        let now = time.now()
        return try await database.write { transaction in
            let incident = try Self.incident(id, in: transaction)
            let before = try Self.roles(of: id, in: transaction).first { $0.role == role }
            let person = try name.map { try Self.person(called: $0, in: transaction) }
            if person?.id.rawValue == before?.person { return try Self.details(of: incident, in: transaction) }
            var details: [String: JSONValue] = ["role": .string(role.rawValue)]
            if let before { details["person_before"] = .string(before.name) }
            if let person {
                details["person"] = .string(person.name)
                try transaction.execute(
                    """
                    INSERT INTO incident_roles (incident, role, person, name, since)
                    VALUES (\(id), \(role), \(person.id), \(person.name), \(now))
                    ON CONFLICT (incident, role) DO UPDATE SET person = excluded.person, name = excluded.name,
                        since = excluded.since
                    """)
            } else {
                try transaction.execute("DELETE FROM incident_roles WHERE incident = \(id) AND role = \(role)")
            }
            try journal.append(
                Event("incident.assigned", on: [incident.reference], details: details), by: principal, in: transaction)
            return try Self.details(of: incident, in: transaction)
        }
    }

    private static func person(called name: String, in reader: Reader) throws -> Account {
        guard let person = try Accounts.person(called: name, in: reader) else {
            throw Problem.invalid(
                "There is nobody called \(name.prefix(100)): name a person who can sign in.",
                fields: [.init(name: "person", message: "the name of a person of this installation")])
        }
        return person
    }
}
