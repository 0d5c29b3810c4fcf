import API
import Essentials
import Executions
import Hummingbird
import Runbooks

extension RunbookRoutes {
    /// How many older versions the page of a comparison offers to compare with.
    private static let offered = 50

    @Sendable func versions(_ visit: Visit) async throws -> Response {
        let entry = try await catalogue.entry(try visit.path("name"), by: visit.principal)
        let page = try await catalogue.versions(of: entry.name, visit.page(), by: visit.principal)
        let runs = try await executions.counts(
            of: entry.name, versions: page.items.map(\.version), by: visit.principal)
        let versions = page.items.map { RunbookVersion($0, runs: runs[$0.version] ?? 0) }
        if visit.wantsJSON { return try .json(List(items: versions, next: page.next)) }
        return .html(
            try templates.render(
                RunbookVersionsPage(
                    name: entry.name, title: entry.title, versions: versions, next: page.next, reader: visit.reader)))
    }

    /// What a version has other than the one before it, or than the one that `?from=` names.
    @Sendable func changes(_ visit: Visit) async throws -> Response {
        let comparison = try await catalogue.compare(
            try visit.path("name"), from: visit.query("from"), to: try visit.path("version"), by: visit.principal)
        if visit.wantsJSON { return try .json(RunbookChanges(comparison, within: .json)) }
        let older = try await catalogue.versions(
            of: comparison.runbook, PageRequest(limit: Self.offered, after: String(comparison.new.number)),
            by: visit.principal)
        return .html(
            try templates.render(
                RunbookChangesPage(
                    RunbookChanges(comparison, within: .page), older: older.items.map(\.number),
                    reader: visit.reader)))
    }
}

extension RunbookVersion {
    init(_ version: Version, runs: Int) {
        self.init(
            number: version.number, version: version.version, created: version.created.rfc3339, bytes: version.bytes,
            steps: version.steps ?? 0, checklist: version.items ?? 0, runs: runs, origin: version.origin.rawValue,
            by: Actor(kind: version.actor_kind, id: version.actor, name: version.actor_name))
    }
}
