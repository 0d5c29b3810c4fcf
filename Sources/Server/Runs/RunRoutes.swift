import API
import Essentials
import Executions
import Foundation
import Hummingbird
import Incidents
import Journal
import NIOCore
import RunbookFormat
import Runbooks

/// Runs over HTTP: JSON for programs, pages for people, one handler for both.
struct RunRoutes: Sendable {
    let executions: Executions
    let incidents: Incidents
    let templates: Templates

    var table: [Route] {
        [
            .signedIn(.get, "/api/v1/runs", list),
            .signedIn(.post, "/api/v1/runs", create),
            .signedIn(.get, "/api/v1/runs/{id}", show),
            .signedIn(.get, "/api/v1/runs/{id}/output", output),
            .signedIn(.get, "/api/v1/runs/{id}/events", events),
            .signedIn(.post, "/api/v1/runs/{id}/cancellation", cancel),
            .signedIn(.post, "/api/v1/runs/{id}/resumption", resume),
            .signedIn(.post, "/api/v1/runs/{id}/steps/{step}/approval", approve),
            .signedIn(.post, "/api/v1/runs/{id}/steps/{step}/rejection", reject),
            .signedIn(.post, "/api/v1/runs/{id}/steps/{step}/confirmation", confirm),
            .signedIn(.post, "/api/v1/runs/{id}/steps/{step}/skip", skip),
            .signedIn(.get, "/runs", list),
            .signedIn(.post, "/runs", createFromForm),
            .signedIn(.post, "/runs/plan", planFromForm),
            .signedIn(.get, "/runs/{id}", show),
            .signedIn(.get, "/runs/{id}/output", download),
            .signedIn(.get, "/runs/{id}/events", events),
            .signedIn(.get, "/runs/{id}/steps/{step}/output", lines),
            .signedIn(.post, "/runs/{id}/cancellation", cancel),
            .signedIn(.post, "/runs/{id}/resumption", resume),
            .signedIn(.post, "/runs/{id}/steps/{step}/approval", approve),
            .signedIn(.post, "/runs/{id}/steps/{step}/rejection", reject),
            .signedIn(.post, "/runs/{id}/steps/{step}/confirmation", confirm),
            .signedIn(.post, "/runs/{id}/steps/{step}/skip", skip),
            .signedIn(.post, "/runs/{id}/skip", skipChosen),
            .signedIn(.get, "/runbooks/{name}/run", form),
        ]
    }

    @Sendable func list(_ visit: Visit) async throws -> Response {
        let state = try visit.query("state").map { text throws(Problem) in
            guard let state = RunState(rawValue: text) else {
                throw .invalid(
                    "There is no run state \"\(text.prefix(40))\".",
                    fields: [.init(name: "state", message: RunState.allCases.map(\.rawValue).joined(separator: ", "))])
            }
            return state
        }
        let runbook = visit.query("runbook").map(RunbookName.dotted)
        let head = try await executions.journal.newsHead(visit)
        let version = visit.query("version")
        guard version == nil || runbook != nil else {
            throw Problem.invalid(
                "Say of which runbook the version is: ?runbook=accunode.deploy&version=….",
                fields: [.init(name: "runbook", message: "required with version")])
        }
        let page = try await executions.runs(
            visit.page(), state: state, runbook: runbook, version: version, by: visit.principal)
        if visit.wantsJSON { return try .json(List(items: page.items.map(RunSummary.init), next: page.next)) }
        let counts = try await executions.counts(by: visit.principal)
        return .html(
            try templates.render(
                RunsPage(
                    rows: page.items.map(RunsPage.Row.init), state: state?.rawValue, runbook: runbook,
                    version: version, going: counts.going, interrupted: counts.interrupted, next: page.next, head: head,
                    reader: visit.reader)))
    }

    @Sendable func create(_ visit: Visit) async throws -> Response {
        let request = try visit.json(RunRequest.self)
        var order = RunOrder(request)
        order.occasions = try await [incidents.occasion(request.incident, by: visit.principal)].compactMap { $0 }
        if request.dry_run == true {
            let plan = try await executions.dryRun(order, by: visit.principal)
            return try .json(DryRun(plan))
        }
        let run = try await executions.start(order, by: visit.principal)
        return try .json(try await told(run, visit), status: .created, headers: [.location: "/api/v1/runs/\(run.id)"])
    }

    @Sendable func show(_ visit: Visit) async throws -> Response {
        let run = try await executions.run(try id(visit), by: visit.principal)
        return visit.wantsJSON ? try .json(try await told(run, visit)) : try await page(run, visit)
    }

    /// First the run as it is, then its output after `Last-Event-ID` or `?after=`, then both as they come, to the end.
    @Sendable func events(_ visit: Visit) async throws -> Response {
        let id = try id(visit)
        let after = try number(visit.request.headers[.lastEventID] ?? visit.query("after"))
        // An unknown run is a problem, not an empty stream.
        _ = try await executions.run(id, by: visit.principal)
        let stream = RunStream(run: id, after: after, executions: executions, by: visit.principal)
        return EventStream.respond(
            to: visit.request, live: { [executions] in executions.feed.watch(id) },
            write: { events, news in try await stream.write(news, to: &events) })
    }

    @Sendable func cancel(_ visit: Visit) async throws -> Response {
        let run = try await executions.cancel(try id(visit), by: visit.principal)
        return visit.wantsJSON ? try .json(try await told(run, visit)) : .seeOther(Paths.run(run.id.rawValue))
    }

    @Sendable func resume(_ visit: Visit) async throws -> Response {
        var request = ResumptionRequest(
            from: visit.form.filled("from"), outcome: visit.form.filled("outcome"), note: visit.form.filled("note"))
        if visit.wantsJSON, visit.body.readableBytes > 0 { request = try visit.json() }
        let verdict = try request.outcome.map { text throws(Problem) in
            guard let verdict = StepVerdict(rawValue: text) else {
                throw .invalid(
                    "\"\(text.prefix(40))\" is not an outcome.",
                    fields: [.init(name: "outcome", message: "succeeded, failed or rerun")])
            }
            return verdict
        }
        let run = try await executions.resume(
            try id(visit), from: request.from, verdict: verdict, note: request.note, by: visit.principal)
        return visit.wantsJSON ? try .json(try await told(run, visit)) : .seeOther(Paths.run(run.id.rawValue))
    }

    @Sendable func approve(_ visit: Visit) async throws -> Response {
        try await answer(visit) { try await executions.approve($0, step: $1, note: $2, by: visit.principal) }
    }

    @Sendable func reject(_ visit: Visit) async throws -> Response {
        try await answer(visit) { try await executions.reject($0, step: $1, note: $2, by: visit.principal) }
    }

    @Sendable func confirm(_ visit: Visit) async throws -> Response {
        var outcome = visit.form.filled("outcome")
        if visit.wantsJSON, visit.body.readableBytes > 0 { outcome = try visit.json(AnswerRequest.self).outcome }
        guard let outcome = StepVerdict(rawValue: outcome ?? "succeeded"), outcome != .rerun else {
            throw Problem.invalid(
                "That is not how a step ends.", fields: [.init(name: "outcome", message: "succeeded or failed")])
        }
        return try await answer(visit) {
            try await executions.confirm($0, step: $1, hasFailed: outcome == .failed, note: $2, by: visit.principal)
        }
    }

    @Sendable func skip(_ visit: Visit) async throws -> Response {
        try await answer(visit) { try await executions.skip($0, step: $1, note: $2, by: visit.principal) }
    }

    /// The same for a form in which the step is chosen.
    @Sendable func skipChosen(_ visit: Visit) async throws -> Response {
        guard let step = visit.form.filled("step") else {
            throw Problem.invalid("Say which step is skipped.", fields: [.init(name: "step", message: "required")])
        }
        let run = try await executions.skip(
            try id(visit), step: step, note: visit.form.filled("note"), by: visit.principal)
        return .seeOther(Paths.run(run.id.rawValue))
    }

    private func answer(
        _ visit: Visit, _ verb: (ID<RunRecord>, String, String?) async throws -> RunRecord
    ) async throws -> Response {
        var note = visit.form.filled("note")
        if visit.wantsJSON, visit.body.readableBytes > 0 { note = try visit.json(AnswerRequest.self).note }
        let run = try await verb(try id(visit), try visit.path("step"), note)
        return visit.wantsJSON ? try .json(try await told(run, visit)) : .seeOther(Paths.run(run.id.rawValue))
    }

    private func told(_ run: RunRecord, _ visit: Visit) async throws -> Run {
        Run(run, waitsFor: try await executions.waitsFor(run, by: visit.principal))
    }

    func id(_ visit: Visit) throws -> ID<RunRecord> { ID(try visit.path("id")) }

    func number(_ text: String?, called name: String = "after") throws(Problem) -> Int {
        guard let text else { return 0 }
        guard let number = Int(text), number >= 0 else {
            let isPiece = name == "after" || name == "before"
            throw .invalid(
                "\"\(text.prefix(40))\" is not the number of \(isPiece ? "a piece of output" : name == "from" ? "a line" : "an attempt").",
                fields: [.init(name: name, message: isPiece ? "the n of a piece of output" : "a number from 1 on")])
        }
        return number
    }
}
