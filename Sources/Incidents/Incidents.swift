package import Essentials
import Foundation
package import Journal
package import Runbooks
package import Storage

/// Incidents: what may be done in them, and what is known of them. Their timelines are read from the journal.
package struct Incidents: Sendable {
    package let database: Database
    package let journal: Journal
    package let catalogue: Catalogue
    let time: TimeSource

    package init(journal: Journal, catalogue: Catalogue, time: TimeSource = .system) {
        database = journal.database
        self.journal = journal
        self.catalogue = catalogue
        self.time = time
        database.feedSearch(Self.found)
    }

    /// - Throws: `Problem.invalid` with every field that is wrong.
    package func open(_ order: IncidentOrder, by principal: Principal) async throws -> IncidentRecord {
        try principal.require(.operate, to: "open incidents")
        let order = try order.checked()
        return try await database.write { try insert(order, by: principal, in: $0) }
    }

    /// The same, with an answer that is made of all that is known of the incident.
    package func open<Answer: Sendable>(
        _ order: IncidentOrder, by principal: Principal, withholding: Withholding? = nil,
        answering answer: (IncidentDetails) throws -> Answer
    ) async throws -> Answer {
        try principal.require(.operate, to: "open incidents")
        let order = try order.checked()
        return try await database.write(
            { transaction in
                let incident = try insert(order, by: principal, in: transaction)
                // Nothing else can be known of one that is new.
                return order.runbooks.isEmpty
                    ? IncidentDetails(new: incident) : try Self.details(of: incident, in: transaction)
            }, withholding: withholding, answering: answer)
    }

    /// The same within a transaction of a higher slice: a deployment that fails and its incident do not come apart.
    package func open(
        _ order: IncidentOrder, by principal: Principal, in transaction: Transaction
    ) throws -> IncidentRecord {
        try principal.require(.operate, to: "open incidents")
        return try insert(try order.checked(), by: principal, in: transaction)
    }

    /// Acknowledges, mitigates, resolves or reopens.
    /// - Throws: `Problem.conflict` when the state does not allow it; to an acknowledgement that comes second it says who
    ///   was first.
    package func carryOut(
        _ move: IncidentMove, on id: ID<IncidentRecord>, note: String? = nil, by principal: Principal
    ) async throws -> IncidentRecord {
        try principal.require(.operate, to: "\(move.rawValue) incidents")
        let note = try Self.checked(note)
        return try await database.write { transaction in
            let incident = try Self.incident(id, in: transaction)
            guard move.isAllowed(in: incident.state) else { throw Self.refusal(of: move, incident) }
            return try apply(move, to: incident, details: Self.words(note), by: principal, in: transaction)
        }
    }

    /// - Parameter isOfAlerts: nobody has done it, the alerts have.
    func apply(
        _ move: IncidentMove, to incident: IncidentRecord, details: [String: JSONValue] = [:],
        isOfAlerts: Bool = false, by principal: Principal, in transaction: Transaction
    ) throws -> IncidentRecord {
        let milestones = incident.milestones.after(move, at: time.now(), byPeople: !isOfAlerts)
        let taker: String? =
            switch (incident.acknowledgedBy, milestones.acknowledged) {
            case (_, nil): nil
            case (let name?, _): name
            case (nil, _): principal.name
            }
        try transaction.execute(
            """
            UPDATE incidents SET state = \(move.target), acknowledged = \(milestones.acknowledged),
                mitigated = \(milestones.mitigated), resolved = \(milestones.resolved), acknowledged_by = \(taker)
            WHERE id = \(incident.id)
            """)
        for service in incident.services {
            try transaction.execute(
                """
                UPDATE incident_services SET state = \(move.target)
                WHERE service = \(service) AND incident = \(incident.id)
                """)
        }
        // What is told elsewhere of it needs no look at what was before.
        var details = details
        details["title"] = .string(incident.title)
        details["severity"] = .string(incident.severity.rawValue)
        details["services"] = .names(incident.services)
        try journal.append(
            Event("incident.\(move.past)", on: [incident.reference] + incident.serviceReferences, details: details),
            by: principal, in: transaction)
        return try Self.incident(incident.id, in: transaction)
    }

    func insert(
        _ order: IncidentOrder, alertGroup: String? = nil, details: [String: JSONValue] = [:],
        by principal: Principal, in transaction: Transaction
    ) throws -> IncidentRecord {
        let now = time.now()
        var order = order
        let deployment = try order.deployment.map { try Self.deployed($0, in: transaction) }
        if order.services.isEmpty, let deployment { order.services = [deployment.service] }
        let incident = IncidentRecord(
            id: ID(at: now), title: order.title, severity: order.severity, state: .triggered, services: order.services,
            milestones: Milestones(opened: now), acknowledgedBy: nil, actorKind: principal.kind.rawValue,
            actor: principal.id, actorName: principal.name, isFromAlerts: alertGroup != nil,
            deployment: deployment?.id, isDeploymentSaid: deployment != nil)
        try transaction.execute(
            """
            INSERT INTO incidents (id, title, severity, state, services, opened, actor_kind, actor, actor_name,
                alert_group, deployment, deployment_said)
            VALUES (\(incident.id), \(incident.title), \(incident.severity), \(incident.state),
                \(JSONValue.names(incident.services).text), \(now), \(incident.actorKind), \(incident.actor),
                \(incident.actorName), \(alertGroup), \(incident.deployment), \(incident.isDeploymentSaid))
            """)
        try insert(services: incident.services, of: incident, in: transaction)
        transaction.feedsSearch()
        let attached = try attach(order.runbooks.map { ($0, nil) }, to: incident.id, in: transaction)
        var details = details
        details["title"] = .string(incident.title)
        details["severity"] = .string(incident.severity.rawValue)
        if !incident.services.isEmpty { details["services"] = .names(incident.services) }
        if !attached.isEmpty { details["runbooks"] = .names(attached) }
        if let deployment { details["deployment"] = .string(deployment.id) }
        let objects =
            [incident.reference] + incident.serviceReferences
            + attached.map { ObjectReference("runbook", $0) }
            + (deployment.map { [ObjectReference("deployment", $0.id)] } ?? [])
        try journal.append(Event("incident.opened", on: objects, details: details), by: principal, in: transaction)
        if let note = order.note { try append(note: note, at: nil, to: incident, by: principal, in: transaction) }
        return incident
    }

    /// What it is found by has changed.
    func index(_ incident: IncidentRecord, in transaction: Transaction) throws {
        try transaction.index(
            incident.reference.text, title: incident.title, text: incident.services.joined(separator: "\n"),
            at: incident.milestones.opened)
    }

    func insert(services: [String], of incident: IncidentRecord, in transaction: Transaction) throws {
        for service in services {
            try transaction.execute(
                """
                INSERT INTO incident_services (service, incident, state, severity)
                VALUES (\(service), \(incident.id), \(incident.state), \(incident.severity))
                """)
        }
    }

    /// Attaches the runbooks that are not attached yet.
    /// - Returns: those that are new.
    /// - Throws: `Problem.invalid` with the field `runbooks` for one that is not in the catalogue.
    func attach(
        _ runbooks: [(name: String, section: String?)], to incident: ID<IncidentRecord>, in transaction: Transaction
    ) throws -> [String] {
        var attached: [String] = []
        for (name, section) in runbooks {
            let name = RunbookName.dotted(name)
            guard try transaction.exists("SELECT 1 FROM runbooks WHERE name = \(name)") else {
                throw Problem.invalid(
                    "There is no runbook \(name.prefix(80)): `runbook list` shows those there are.",
                    fields: [.init(name: "runbooks", message: "names from the catalogue")])
            }
            let last = try transaction.integer(
                "SELECT max(position) FROM incident_runbooks WHERE incident = \(incident)")
            let changed = try transaction.execute(
                """
                INSERT INTO incident_runbooks (incident, runbook, section, position)
                VALUES (\(incident), \(name), \(section), \((last ?? 0) + 1)) ON CONFLICT (incident, runbook) DO NOTHING
                """)
            if changed == 1 { attached.append(name) }
        }
        return attached
    }

    private static func refusal(of move: IncidentMove, _ incident: IncidentRecord) -> Problem {
        let name = incident.acknowledgedBy
        switch (move, incident.state) {
        case (.acknowledge, .acknowledged):
            return .conflict("\(name ?? "Somebody") has acknowledged it already: speak to each other.")
        case (.reopen, _):
            return .conflict("The incident is \(incident.state.rawValue): only a resolved one can be reopened.")
        case (_, .resolved):
            return .conflict("The incident is resolved already: reopen it first.")
        default:
            return .conflict("The incident is \(incident.state.rawValue) already.")
        }
    }

    private static func checked(_ note: String?) throws(Problem) -> String? {
        guard let note, !note.allSatisfy(\.isWhitespace) else { return nil }
        if let fault = IncidentRules.fault(note: note) {
            throw IncidentRules.refusal("Nothing was changed", [.init(name: "note", message: fault)])
        }
        return note
    }

    private static func words(_ note: String?) -> [String: JSONValue] { note.map { ["text": .string($0)] } ?? [:] }
}

extension IncidentRecord {
    package var reference: ObjectReference { ObjectReference("incident", id.rawValue) }
    var serviceReferences: [ObjectReference] { services.map { ObjectReference("service", $0) } }
}

extension JSONValue {
    static func names(_ names: [String]) -> JSONValue { .array(names.map { .string($0) }) }
}
