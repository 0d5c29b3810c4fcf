import API
import Essentials
import HTTPTypes
import Hummingbird
import RunbookFormat
import Runbooks
import Schedules

/// Schedules over HTTP: JSON for programs, pages for people.
struct ScheduleRoutes: Sendable {
    let schedules: Schedules
    let templates: Templates

    /// So many of the times to come are told.
    private static let foretold = 5

    var table: [Route] {
        [
            .signedIn(.get, "/api/v1/schedules", list),
            .signedIn(.post, "/api/v1/schedules", add),
            .signedIn(.get, "/api/v1/schedules/{id}", show),
            .signedIn(.delete, "/api/v1/schedules/{id}", remove),
            .signedIn(.post, "/api/v1/schedules/{id}/pause", pause),
            .signedIn(.post, "/api/v1/schedules/{id}/resumption", resume),
            .signedIn(.get, "/schedules", list),
            .signedIn(.post, "/schedules", addFromForm),
            .signedIn(.get, "/schedules/new", newForm),
            .signedIn(.get, "/schedules/{id}", show),
            .signedIn(.post, "/schedules/{id}/pause", pause),
            .signedIn(.post, "/schedules/{id}/resumption", resume),
            .signedIn(.post, "/schedules/{id}/removal", remove),
        ]
    }

    @Sendable func list(_ visit: Visit) async throws -> Response {
        let runbook = visit.query("runbook").map(RunbookName.dotted)
        let page = try await schedules.schedules(visit.page(), runbook: runbook, by: visit.principal)
        if visit.wantsJSON { return try .json(List(items: page.items.map { Schedule($0) }, next: page.next)) }
        return .html(
            try templates.render(
                SchedulesPage(
                    page.items, runbook: runbook, isFirst: visit.query("after") == nil, next: page.next,
                    mayOperate: visit.principal.may(.operate), reader: visit.reader)))
    }

    @Sendable func show(_ visit: Visit) async throws -> Response {
        let found = try await schedules.schedule(ID(try visit.path("id")), by: visit.principal)
        let times = found.record.times(Self.foretold)
        if visit.wantsJSON { return try .json(Schedule(found.record, next: times, firings: found.firings)) }
        return .html(
            try templates.render(
                SchedulePage(
                    found.record, times: times, firings: found.firings, mayOperate: visit.principal.may(.operate),
                    reader: visit.reader)))
    }

    @Sendable func add(_ visit: Visit) async throws -> Response {
        let request = try visit.json(ScheduleRequest.self)
        let record = try await schedules.add(
            try ScheduleDeclaration(request), of: request.runbook, by: visit.principal)
        return try .json(
            Schedule(record, next: record.times(Self.foretold), firings: []), status: .created,
            headers: [.location: "/api/v1/schedules/\(record.id)"])
    }

    @Sendable func pause(_ visit: Visit) async throws -> Response {
        try answer(try await schedules.pause(ID(try visit.path("id")), by: visit.principal), visit)
    }

    @Sendable func resume(_ visit: Visit) async throws -> Response {
        try answer(try await schedules.resume(ID(try visit.path("id")), by: visit.principal), visit)
    }

    @Sendable func remove(_ visit: Visit) async throws -> Response {
        try await schedules.remove(ID(try visit.path("id")), by: visit.principal)
        return visit.wantsJSON ? .noContent : .seeOther("/schedules")
    }

    private func answer(_ record: ScheduleRecord, _ visit: Visit) throws -> Response {
        guard visit.wantsJSON else { return .seeOther(Paths.schedule(record.id.rawValue)) }
        return try .json(Schedule(record, next: record.times(Self.foretold), firings: nil))
    }
}

extension ScheduleRoutes {
    @Sendable func newForm(_ visit: Visit) async throws -> Response {
        try visit.principal.require(.operate, to: "add schedules")
        var request = ScheduleRequest(
            runbook: visit.query("runbook") ?? "", cron: visit.query("cron") ?? "",
            timezone: visit.query("timezone") ?? "UTC")
        request.section = visit.query("section")
        return .html(try form(request, parameters: "", visit))
    }

    @Sendable func addFromForm(_ visit: Visit) async throws -> Response {
        let form = visit.form
        var request = ScheduleRequest(
            runbook: form.filled("runbook") ?? "", cron: form.filled("cron") ?? "", timezone: form.filled("timezone"))
        request.section = form.filled("section")
        request.starts = form.filled("starts")
        request.missed = form.filled("missed")
        request.overlap = form.filled("overlap")
        let typed = form["parameters"] ?? ""
        do {
            request.parameters = try Assignments.parse(typed, field: "parameters")
            let record = try await schedules.add(
                try ScheduleDeclaration(request), of: request.runbook, by: visit.principal)
            return .seeOther(Paths.schedule(record.id.rawValue))
        } catch let problem as Problem where [.invalid, .conflict, .notFound].contains(problem.code) {
            return .html(
                try self.form(request, parameters: typed, problem: problem, visit),
                status: .init(code: problem.code.status))
        }
    }

    private func form(
        _ request: ScheduleRequest, parameters: String, problem: Problem? = nil, _ visit: Visit
    ) throws -> String {
        try templates.render(
            ScheduleFormPage(
                request, parameters: parameters, problem: problem,
                idempotencyKey: ID<ScheduleFormPage>(at: schedules.time.now()).rawValue, reader: visit.reader))
    }
}

extension ScheduleDeclaration {
    /// - Throws: `Problem.invalid` naming the field.
    fileprivate init(_ request: ScheduleRequest) throws(Problem) {
        let (start, missed) = (
            try Self.word(Start.self, request.starts, "starts") ?? .run,
            try Self.word(Missed.self, request.missed, "missed") ?? .once
        )
        let overlap = try Self.word(Overlap.self, request.overlap, "overlap")
        do throws(Fault) {
            try self.init(
                cron: request.cron, timeZone: request.timezone, start: start, section: request.section, missed: missed,
                overlap: overlap, parameters: request.parameters ?? [:])
        } catch {
            let reason = error.message.hasSuffix(".") ? String(error.message.dropLast()) : error.message
            throw .invalid(
                "The schedule is not kept as it stands: correct \(error.field).",
                fields: [.init(name: error.field, message: reason)])
        }
    }

    private static func word<Word: RawRepresentable & CaseIterable>(
        _: Word.Type, _ text: String?, _ field: String
    ) throws(Problem) -> Word? where Word.RawValue == String {
        guard let text else { return nil }
        if let word = Word(rawValue: text) { return word }
        throw .invalid(
            "\"\(text.prefix(40))\" is not what \"\(field)\" can be.",
            fields: [.init(name: field, message: Word.allCases.map(\.rawValue).joined(separator: " or "))])
    }
}

extension Schedule {
    init(_ record: ScheduleRecord, next: [Timestamp]? = nil, firings: [FiringRecord]? = nil) {
        let declaration = record.declaration
        self.init(
            id: record.id.rawValue, runbook: record.runbook, section: declaration.section,
            starts: declaration.start.rawValue, cron: declaration.cron.text, timezone: declaration.timeZone,
            missed: declaration.missed.rawValue, overlap: declaration.overlap.rawValue,
            parameters: declaration.parameters, declared: record.isDeclared, paused: record.isPaused,
            due: record.due?.rfc3339, created: record.created.rfc3339, by: record.actorName,
            next: next?.map(\.rfc3339),
            firings: firings?.map {
                .init(
                    due: $0.due.rfc3339, at: $0.at.rfc3339, outcome: $0.outcome.rawValue, object: $0.object,
                    reason: $0.reason)
            })
    }
}
