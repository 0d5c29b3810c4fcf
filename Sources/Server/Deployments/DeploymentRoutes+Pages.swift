import Deployments
import Essentials
import Executions
import Foundation
import Hummingbird
import Incidents
import Journal
import RunbookFormat
import Runbooks

extension DeploymentRoutes {
    /// How many runbooks the form offers to choose from.
    private static let offered = 300

    /// How many incidents a deployment's page shows.
    private static let shownIncidents = 10

    /// - Parameter laid: the incidents that count as its failure.
    func page(
        _ record: DeploymentRecord, laid: [ID<IncidentRecord>], head: Int64?, _ visit: Visit
    ) async throws -> Response {
        let near = try await incidents.incidents(
            of: record.facts.service, opened: record.span(until: deployments.journal.time.now()),
            limit: Self.shownIncidents, by: visit.principal)
        let far = laid.filter { id in !near.contains { $0.id == id } }.suffix(Self.shownIncidents)
        let told = try await incidents.incidents(Array(far), by: visit.principal)
        let troubles = (near + told).sorted { $0.id > $1.id }
        return .html(
            try templates.render(
                DeploymentPage(
                    record, approval: record.approval(by: visit.principal), incidents: troubles, laid: Set(laid),
                    mayOperate: visit.principal.may(.operate), head: head, reader: visit.reader)))
    }

    /// The questions before a deployment; without a runbook, which one it is to be.
    @Sendable func form(_ visit: Visit) async throws -> Response {
        .html(try await formPage(runbook: visit.query("runbook"), typed: .init(), problem: nil, visit))
    }

    @Sendable func createFromForm(_ visit: Visit) async throws -> Response {
        let form = visit.form
        guard let runbook = form.filled("runbook") else {
            throw Problem.invalid("The form does not say which runbook to deploy with.")
        }
        var typed = DeploymentFormPage.Typed()
        for (name, value) in form.fields where !value.isEmpty {
            if name.hasPrefix("p.") {
                typed.parameters[String(name.dropFirst(2))] = value
            } else if name == "stage" {
                typed.stages = (typed.stages ?? []).union([value])
            } else {
                typed.fields[name] = value
            }
        }
        do {
            var order = DeploymentOrder(
                runbook: runbook, version: form["version"] ?? "", environment: form["environment"] ?? "",
                parameters: typed.parameters)
            order.service = form.filled("service")
            order.strategy = try form.filled("strategy").map(Strategy.init(asked:))
            order.commit = form.filled("commit")
            order.reason = form.filled("reason")
            order.isPlanned = form.filled("planned") != nil
            order.goesWithoutRollback = form.filled("no_rollback") != nil
            // Boxes that nobody ticked say nothing: that there were any stands beside them.
            if form.filled("stages") != nil { order.stages = (typed.stages ?? []).sorted() }
            let record = try await deployments.start(order, by: visit.principal)
            return .seeOther(Paths.deployment(record.id.rawValue))
        } catch let problem as Problem where problem.code == .invalid || problem.code == .conflict {
            return .html(
                try await formPage(runbook: runbook, typed: typed, problem: problem, visit),
                status: problem.code == .conflict ? .conflict : .badRequest)
        }
    }

    private func formPage(
        runbook: String?, typed: DeploymentFormPage.Typed, problem: Problem?, _ visit: Visit
    ) async throws -> String {
        try visit.principal.require(.operate, to: "deploy")
        let catalogue = deployments.executions.catalogue
        guard let runbook else {
            let entries = try await catalogue.entries(PageRequest(limit: Self.offered), by: visit.principal)
            return try templates.render(
                DeploymentFormPage(
                    choosingFrom: entries.items.filter { $0.steps + $0.items > 0 }.map {
                        .init(name: $0.name, title: $0.title)
                    }, reader: visit.reader))
        }
        let entry = try await catalogue.entry(runbook, by: visit.principal)
        let guide = try await catalogue.guide(version: entry.version, of: entry.name)
        let binding = RollbackBinding(guide.metadata)
        return try templates.render(
            DeploymentFormPage(
                of: entry, guide, stages: try guide.stages(named: nil, rollback: binding?.ownSection(of: entry.name)),
                rollback: guide.metadata.rollback, typed: typed, problem: problem,
                idempotencyKey: ID<DeploymentOrder>(at: deployments.journal.time.now()).rawValue,
                reader: visit.reader))
    }
}

extension DeploymentRecord {
    /// An incident belongs to a deployment's story until so long after its end, as deployments belong to an incident's
    /// from so long before it.
    private static let aftermath = Duration.seconds(3600)

    fileprivate func span(until now: Timestamp) -> Range<Timestamp> {
        let began = facts.started ?? facts.created
        let end = facts.finished.map { $0.advanced(by: Self.aftermath) } ?? now.advanced(by: .seconds(1))
        return began..<max(began, end)
    }
}
