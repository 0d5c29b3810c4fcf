package import Essentials
import Foundation
import Journal
import Storage

/// Which incidents a list shows; nil for all.
package struct IncidentFilter: Sendable, Equatable {
    package var state: IncidentState?
    package var severity: Severity?
    package var service: String?
    /// Only those that are not resolved.
    package var isOpen: Bool

    package init(
        state: IncidentState? = nil, severity: Severity? = nil, service: String? = nil, isOpen: Bool = false
    ) {
        self.state = state
        self.severity = severity
        self.service = service
        self.isOpen = isOpen
    }
}

extension Incidents {
    /// - Throws: `Problem.notFound`.
    package func incident(_ id: ID<IncidentRecord>, by principal: Principal) async throws -> IncidentDetails {
        try principal.require(.read, to: "see incidents")
        return try await database.read { try Self.details(of: try Self.incident(id, in: $0), in: $0) }
    }

    /// A page of incidents, the newest first.
    package func incidents(
        _ request: PageRequest, _ filter: IncidentFilter = IncidentFilter(), by principal: Principal
    ) async throws -> Page<IncidentRecord> {
        try principal.require(.read, to: "see incidents")
        return try await database.read { reader in
            let rows: [IncidentRow] = try reader.all(Self.list(filter, request))
            return try Page(rows: rows, limit: request.limit, cursor: \.id.rawValue).map { try $0.record() }
        }
    }

    /// The incidents of a service that were opened at some time of a span, the newest first.
    package func incidents(
        of service: String, opened span: Range<Timestamp>, limit: Int, by principal: Principal
    ) async throws -> [IncidentRecord] {
        try principal.require(.read, to: "see incidents")
        let first = ID<IncidentRecord>.lowerBound(at: span.lowerBound)
        let end = ID<IncidentRecord>.lowerBound(at: span.upperBound)
        return try await database.read { reader in
            let rows: [IncidentRow] = try reader.all(
                """
                SELECT \(IncidentRow.columns) FROM incident_services s CROSS JOIN incidents i ON i.id = s.incident
                WHERE s.service = \(service) AND s.incident >= \(first) AND s.incident < \(end)
                ORDER BY s.incident DESC LIMIT \(limit)
                """)
            return try rows.map { try $0.record() }
        }
    }

    /// These, in their order; those that are not there are left out.
    package func incidents(_ ids: [ID<IncidentRecord>], by principal: Principal) async throws -> [IncidentRecord] {
        try principal.require(.read, to: "see incidents")
        return try await database.read { reader in
            try ids.compactMap { id in
                try reader.first(
                    "SELECT \(IncidentRow.columns) FROM incidents i WHERE i.id = \(id)", as: IncidentRow.self)?
                    .record()
            }
        }
    }

    private static func list(_ filter: IncidentFilter, _ request: PageRequest) -> SQL {
        guard let service = filter.service else {
            let states = filter.state.map { [$0] } ?? IncidentState.allCases
            return newest(
                in: states.filter { !filter.isOpen || $0 != .resolved },
                filter.severity.map { [$0] } ?? Severity.allCases, before: request.after, limit: request.limit + 1)
        }
        let before: SQL = request.after.map { "AND s.incident < \($0)" } ?? ""
        let state: SQL = filter.state.map { "AND s.state = \($0)" } ?? ""
        let severity: SQL = filter.severity.map { "AND s.severity = \($0)" } ?? ""
        let open: SQL = filter.isOpen ? "AND s.state <> 'resolved'" : ""
        return """
            SELECT \(IncidentRow.columns) FROM incident_services s CROSS JOIN incidents i ON i.id = s.incident
            WHERE s.service = \(service) \(before) \(state) \(severity) \(open)
            ORDER BY s.incident DESC LIMIT \(request.limit + 1)
            """
    }

    /// The newest incidents of some states and severities. One index serves every choice of them: it is read for each pair of
    /// them, no further than the limit, so that a new incident is one page of an index and not five.
    private static func newest(
        in states: [IncidentState], _ severities: [Severity], before: String?, limit: Int
    ) -> SQL {
        if states.count == IncidentState.allCases.count, severities.count == Severity.allCases.count {
            let before: SQL = before.map { "WHERE i.id < \($0)" } ?? ""
            return "SELECT \(IncidentRow.columns) FROM incidents i \(before) ORDER BY i.id DESC LIMIT \(limit)"
        }
        let before: SQL = before.map { "AND i.id < \($0)" } ?? ""
        let parts = states.flatMap { state in
            severities.map { severity -> SQL in
                """
                SELECT \(IncidentRow.columns) FROM incidents i
                WHERE i.state = \(state) AND i.severity = \(severity) \(before)
                """
            }
        }
        // Nothing is both open and resolved.
        guard let first = parts.first else {
            return "SELECT \(IncidentRow.columns) FROM incidents i WHERE FALSE LIMIT 0"
        }
        // Each in the order of the index; SQLite merges them, and stops at the limit.
        return parts.dropFirst().reduce(first) { $0 + " UNION ALL " + $1 } + " ORDER BY id DESC LIMIT \(limit)"
    }

    /// The open incidents, the worst first, and how many there are.
    package func burning(by principal: Principal) async throws -> (count: Int, incidents: [IncidentRecord]) {
        try principal.require(.read, to: "see incidents")
        return try await database.read { reader in
            let count = try Self.openCount(in: reader)
            var incidents: [IncidentRecord] = []
            for severity in Severity.allCases where incidents.count < Self.shownBurning {
                let rows: [IncidentRow] = try reader.all(
                    Self.newest(
                        in: IncidentState.allCases.filter { $0 != .resolved }, [severity], before: nil,
                        limit: Self.shownBurning - incidents.count))
                incidents += try rows.map { try $0.record() }
            }
            return (count, incidents)
        }
    }

    /// How many incidents are open.
    package func openCount(by principal: Principal) async throws -> Int {
        try principal.require(.read, to: "see incidents")
        return try await database.look { try Self.openCount(in: $0) }
    }

    private static func openCount(in reader: Reader) throws -> Int {
        let count = try reader.integer(
            "SELECT count(*) FROM incidents WHERE state IN ('triggered', 'acknowledged', 'mitigated')")
        return Int(count ?? 0)
    }

    private static let shownBurning = 50

    static func incident(_ id: ID<IncidentRecord>, in reader: Reader) throws -> IncidentRecord {
        guard
            let row: IncidentRow = try reader.first("SELECT \(IncidentRow.columns) FROM incidents i WHERE i.id = \(id)")
        else {
            throw Problem.notFound(
                "There is no incident \(id.rawValue.prefix(60)): `runbook incident list` shows those there are.")
        }
        return try row.record()
    }

    static func details(of incident: IncidentRecord, in reader: Reader) throws -> IncidentDetails {
        let alerts: [AlertRecord] =
            !incident.isFromAlerts
            ? []
            : try reader.all(
                """
                SELECT fingerprint, name, summary, firing, starts, ends, link FROM incident_alerts
                WHERE incident = \(incident.id) ORDER BY firing DESC, starts, fingerprint
                LIMIT \(IncidentDetails.shownAlerts)
                """)
        let counts: Counts? =
            !incident.isFromAlerts
            ? nil
            : try reader.first(
                """
                SELECT count(*) AS total, coalesce(sum(firing), 0) AS firing FROM incident_alerts
                WHERE incident = \(incident.id)
                """)
        return IncidentDetails(
            incident: incident, roles: try roles(of: incident.id, in: reader),
            runbooks: try runbooks(of: incident.id, in: reader), alerts: alerts, alertCount: counts?.total ?? 0,
            firingCount: counts?.firing ?? 0)
    }

    private struct Counts: Decodable {
        let total: Int
        let firing: Int
    }

    static func roles(of incident: ID<IncidentRecord>, in reader: Reader) throws -> [RoleRecord] {
        try reader.all(
            "SELECT role, person, name, since FROM incident_roles WHERE incident = \(incident) ORDER BY role")
    }

    static func runbooks(of incident: ID<IncidentRecord>, in reader: Reader) throws -> [AttachedRunbook] {
        try reader.all(
            "SELECT runbook, section FROM incident_runbooks WHERE incident = \(incident) ORDER BY position")
    }
}
