import API
import Deployments
import Essentials
import Executions
import Foundation
import HTTPTypes
import Hummingbird
import Incidents
import Journal
import RunbookFormat
import Runbooks

/// Deployments over HTTP: JSON for programs, pages for people, one handler for both.
struct DeploymentRoutes: Sendable {
    let deployments: Deployments
    let incidents: Incidents
    let templates: Templates

    var table: [Route] {
        [
            .signedIn(.get, "/api/v1/deployments", list),
            .signedIn(.post, "/api/v1/deployments", create),
            .signedIn(.post, "/api/v1/deployments/records", record),
            .signedIn(.get, "/api/v1/deployments/figures", figures),
            .signedIn(.get, "/api/v1/deployments/versions", versions),
            .signedIn(.get, "/api/v1/deployments/{id}", show),
            .signedIn(.post, "/api/v1/deployments/{id}/promotion", promote),
            .signedIn(.post, "/api/v1/deployments/{id}/cancellation", abort),
            .signedIn(.post, "/api/v1/deployments/{id}/rollback", rollBack),
            .signedIn(.get, "/deployments", list),
            .signedIn(.post, "/deployments", createFromForm),
            .signedIn(.get, "/deployments/new", form),
            .signedIn(.get, "/deployments/figures", figures),
            .signedIn(.get, "/deployments/{id}", show),
            .signedIn(.post, "/deployments/{id}/promotion", promote),
            .signedIn(.post, "/deployments/{id}/cancellation", abort),
            .signedIn(.post, "/deployments/{id}/rollback", rollBack),
        ]
    }

    @Sendable func list(_ visit: Visit) async throws -> Response {
        let filter = try filter(visit)
        let head = try await deployments.journal.newsHead(visit)
        let page = try await deployments.deployments(visit.page(), filter, by: visit.principal)
        if visit.wantsJSON { return try .json(List(items: page.items.map(Deployment.init), next: page.next)) }
        let underWay = try await deployments.underWay(by: visit.principal)
        return .html(
            try templates.render(
                DeploymentsPage(
                    rows: page.items.map(DeploymentsPage.Row.init), filter: filter,
                    underWay: underWay.count, waiting: underWay.count { $0.state == .waiting },
                    mayOperate: visit.principal.may(.operate), next: page.next, head: head, reader: visit.reader)))
    }

    private func filter(_ visit: Visit) throws(Problem) -> DeploymentFilter {
        let state = try visit.query("state").map { text throws(Problem) in
            guard let state = DeploymentState(rawValue: text) else {
                throw .invalid(
                    "There is no state of deployments \"\(text.prefix(40))\".",
                    fields: [
                        .init(
                            name: "state", message: DeploymentState.allCases.map(\.rawValue).joined(separator: ", "))
                    ])
            }
            return state
        }
        return DeploymentFilter(
            service: visit.query("service"), environment: visit.query("environment"), state: state)
    }

    @Sendable func create(_ visit: Visit) async throws -> Response {
        let order = try DeploymentOrder(try visit.json(DeploymentRequest.self))
        let record = try await deployments.start(order, by: visit.principal)
        return try .json(
            Deployment(record), status: .created, headers: [.location: "/api/v1/deployments/\(record.id)"])
    }

    /// 201 for one that is told of for the first time, 200 for one that was known.
    @Sendable func record(_ visit: Visit) async throws -> Response {
        let order = try RecordOrder(try visit.json(DeploymentRecordRequest.self))
        let (record, recording) = try await deployments.record(order, by: visit.principal)
        return try .json(
            Deployment(record), status: recording == .new ? .created : .ok,
            headers: [.location: "/api/v1/deployments/\(record.id)"])
    }

    @Sendable func show(_ visit: Visit) async throws -> Response {
        let head = try await deployments.journal.newsHead(visit)
        let record = try await deployments.deployment(try id(visit), by: visit.principal)
        let laid = try await deployments.incidents(laidTo: record.facts, by: visit.principal)
        guard visit.wantsJSON else { return try await page(record, laid: laid, head: head, visit) }
        var deployment = Deployment(record)
        deployment.laid_to_it = laid.isEmpty ? nil : laid.map(\.rawValue)
        return try .json(deployment)
    }

    @Sendable func promote(_ visit: Visit) async throws -> Response {
        var request = PromotionRequest(stage: visit.form.filled("stage"), note: visit.form.filled("note"))
        if visit.wantsJSON, visit.body.readableBytes > 0 { request = try visit.json() }
        let record = try await deployments.promote(
            try id(visit), stage: request.stage, note: request.note, by: visit.principal)
        return try answer(record, visit)
    }

    @Sendable func abort(_ visit: Visit) async throws -> Response {
        var request = AbortionRequest(reason: visit.form.filled("reason"))
        if visit.wantsJSON, visit.body.readableBytes > 0 { request = try visit.json() }
        let record = try await deployments.abort(try id(visit), reason: request.reason, by: visit.principal)
        return try answer(record, visit)
    }

    @Sendable func rollBack(_ visit: Visit) async throws -> Response {
        let request =
            visit.wantsJSON
            ? try visit.json(RollbackRequest.self)
            : RollbackRequest(reason: visit.form.filled("reason") ?? "", version: visit.form.filled("version"))
        let record = try await deployments.rollBack(
            try id(visit), reason: request.reason, to: request.version, by: visit.principal)
        return try answer(record, visit)
    }

    @Sendable func figures(_ visit: Visit) async throws -> Response {
        let days = try visit.query("days").map { text throws(Problem) in
            guard let days = Int(text) else {
                throw .invalid(
                    "\"\(text.prefix(40))\" is not a number of days.",
                    fields: [.init(name: "days", message: "a whole number from 1 to \(Figures.mostDays)")])
            }
            return days
        }
        let (service, environment) = (visit.query("service"), visit.query("environment"))
        let figures = try await deployments.figures(
            service: service, environment: environment, days: days ?? Figures.usualDays, by: visit.principal)
        if visit.wantsJSON {
            return try .json(List(items: figures.map(DeploymentFigures.init), next: nil))
        }
        return .html(
            try templates.render(
                DeploymentFiguresPage(
                    figures, service: service, environment: environment, days: days ?? Figures.usualDays,
                    reader: visit.reader)))
    }

    @Sendable func versions(_ visit: Visit) async throws -> Response {
        guard let service = visit.query("service") else {
            throw Problem.invalid(
                "Say which service it is about.", fields: [.init(name: "service", message: "required")])
        }
        let versions = try await deployments.runningVersions(of: service, by: visit.principal)
        return try .json(List(items: versions.map(RunningVersion.init), next: nil))
    }

    private func answer(_ record: DeploymentRecord, _ visit: Visit) throws -> Response {
        visit.wantsJSON ? try .json(Deployment(record)) : .seeOther(Paths.deployment(record.id.rawValue))
    }

    private func id(_ visit: Visit) throws -> ID<DeploymentRecord> { ID(try visit.path("id")) }
}
