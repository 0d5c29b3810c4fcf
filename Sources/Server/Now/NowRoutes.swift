import API
import Checklists
import Deployments
import Essentials
import Executions
import Hummingbird
import Incidents
import Journal
import Runbooks

/// The first page, and the same for programs.
struct NowRoutes: Sendable {
    let catalogue: Catalogue
    let executions: Executions
    let incidents: Incidents
    let checklists: Checklists
    let deployments: Deployments
    let templates: Templates

    var table: [Route] {
        [
            .signedIn(.get, "/", show),
            .signedIn(.get, "/api/v1/status", show),
        ]
    }

    @Sendable func show(_ visit: Visit) async throws -> Response {
        let head = try await executions.journal.head()
        let now = try await now(for: visit.principal)
        if visit.wantsJSON { return try .json(Situation(now)) }
        return .html(
            try templates.render(
                NowPage(
                    now, mayOperate: visit.principal.may(.operate), mayImport: visit.principal.may(.author),
                    head: head?.seq ?? 0, reader: visit.reader)))
    }

    /// Each subject adds its own.
    private func now(for principal: Principal) async throws -> Now {
        let runs = try await executions.now(by: principal)
        let waits = try await executions.waitsFor(runs.queued.runs.map(\.id), by: principal)
        let burning = try await incidents.burning(by: principal)
        let checklists = try await checklists.now(by: principal)
        let deployments = try await deployments.now(by: principal)
        let isFirst = runs.isFirst && checklists.isEmpty && burning.count == 0 && deployments.isFirst
        var now = Now(at: executions.journal.time.now(), beginning: isFirst ? try await beginning(principal) : nil)
        now.add(burning)
        now.add(runs, waits: waits, for: principal)
        now.add(checklists, for: principal)
        now.add(deployments, for: principal)
        return now
    }

    private func beginning(_ principal: Principal) async throws -> Now.Beginning {
        let first = try await catalogue.entries(PageRequest(limit: 1), by: principal).items.first
        return first.map { .running($0.name) } ?? .importing
    }
}
