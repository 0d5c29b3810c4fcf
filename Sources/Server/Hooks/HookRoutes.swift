import API
import Essentials
import Foundation
import HTTPTypes
import Hooks
import Hummingbird
import Logging
import NIOCore
import Runbooks

/// Hooks over HTTP: JSON for programs, pages for people, and the door through which their messages come.
struct HookRoutes: Sendable {
    let hooks: Hooks
    let limits: RateLimits
    let templates: Templates

    /// Bytes of a message's body.
    private static let bodyLimit = 1 << 20

    var table: [Route] {
        [
            .signedIn(.get, "/api/v1/hooks", list),
            .signedIn(.post, "/api/v1/hooks", admitting: .init(keepsAnswer: false), add),
            .signedIn(.get, "/api/v1/hooks/{name}", show),
            .open(.post, "/api/v1/hooks/{name}", receive),
            .signedIn(.delete, "/api/v1/hooks/{name}", remove),
            .signedIn(.post, "/api/v1/hooks/{name}/pause", pause),
            .signedIn(.post, "/api/v1/hooks/{name}/resumption", resume),
            .signedIn(.post, "/api/v1/hooks/{name}/secret", admitting: .init(keepsAnswer: false), renewSecret),
            .signedIn(.get, "/hooks", list),
            .signedIn(.post, "/hooks", admitting: .init(keepsAnswer: false), addFromForm),
            .signedIn(.get, "/hooks/new", newForm),
            .signedIn(.get, "/hooks/{name}", show),
            .signedIn(.post, "/hooks/{name}/pause", pause),
            .signedIn(.post, "/hooks/{name}/resumption", resume),
            .signedIn(.post, "/hooks/{name}/secret", admitting: .init(keepsAnswer: false), renewSecret),
            .signedIn(.post, "/hooks/{name}/removal", remove),
        ]
    }

    /// The door: the signature says who asks.
    @Sendable func receive(_ original: Request, _ context: Context) async throws -> Response {
        var request = original
        // A name has nothing to decode.
        let name = context.parameters.get("name") ?? ""
        let body = try await request.body(upTo: Self.bodyLimit)
        func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { request.headers[$0] } }
        let message = HookMessage(
            id: header("webhook-id"), timestamp: header("webhook-timestamp"), signature: header("webhook-signature"),
            body: Data(body.readableBytesView), address: context.address)
        let delivery: HookDelivery
        do {
            delivery = try await hooks.receive(message, at: name)
        } catch let problem as Problem where problem.code == .unauthenticated || problem.code == .conflict {
            try limits.take(of: "address/\(context.address ?? "")", .stranger)
            context.logger.notice(
                "A hook's message was refused", metadata: ["hook": "\(name)", "reason": "\(problem.message)"])
            throw problem
        }
        try limits.take(of: "hook/\(name)", .signedIn)
        let isNew = delivery.outcome == .started
        return try .json(
            Hook.Delivery(delivery), status: isNew ? .created : .ok,
            headers: delivery.run.map { [.location: "/api/v1/runs/\($0)"] } ?? [:])
    }

    @Sendable func list(_ visit: Visit) async throws -> Response {
        let runbook = visit.query("runbook").map(RunbookName.dotted)
        let page = try await hooks.hooks(visit.page(), runbook: runbook, by: visit.principal)
        if visit.wantsJSON { return try .json(List(items: page.items.map { Hook($0) }, next: page.next)) }
        return .html(
            try templates.render(
                HooksPage(
                    page.items, runbook: runbook, isFirst: visit.query("after") == nil, next: page.next,
                    mayAdd: visit.principal.may(.admin), reader: visit.reader)))
    }

    @Sendable func show(_ visit: Visit) async throws -> Response {
        let found = try await hooks.hook(try visit.path("name"), by: visit.principal)
        if visit.wantsJSON { return try .json(Hook(found.hook, deliveries: found.deliveries)) }
        return .html(try page(found.hook, found.deliveries, visit))
    }

    @Sendable func add(_ visit: Visit) async throws -> Response {
        let made = try await hooks.add(HookOrder(try visit.json(HookRequest.self)), by: visit.principal)
        return try .json(
            NewHook(made), status: .created, headers: [.location: "/api/v1/hooks/\(Paths.encoded(made.hook.name))"])
    }

    @Sendable func renewSecret(_ visit: Visit) async throws -> Response {
        let made = try await hooks.renewSecret(of: try visit.path("name"), by: visit.principal)
        if visit.wantsJSON { return try .json(NewHook(made)) }
        return try await shown(made, visit)
    }

    @Sendable func pause(_ visit: Visit) async throws -> Response {
        try answer(try await hooks.pause(try visit.path("name"), by: visit.principal), visit)
    }

    @Sendable func resume(_ visit: Visit) async throws -> Response {
        try answer(try await hooks.resume(try visit.path("name"), by: visit.principal), visit)
    }

    @Sendable func remove(_ visit: Visit) async throws -> Response {
        try await hooks.remove(try visit.path("name"), by: visit.principal)
        return visit.wantsJSON ? .noContent : .seeOther("/hooks")
    }

    private func answer(_ hook: HookRecord, _ visit: Visit) throws -> Response {
        visit.wantsJSON ? try .json(Hook(hook)) : .seeOther(Paths.hook(hook.name))
    }
}

extension HookRoutes {
    @Sendable func newForm(_ visit: Visit) async throws -> Response {
        try visit.principal.require(.admin, to: "add hooks")
        let request = HookRequest(name: "", runbook: visit.query("runbook") ?? "", section: visit.query("section"))
        return .html(try form(request, parameters: "", pointers: "", visit))
    }

    @Sendable func addFromForm(_ visit: Visit) async throws -> Response {
        let form = visit.form
        var request = HookRequest(
            name: form.filled("name") ?? "", runbook: form.filled("runbook") ?? "", section: form.filled("section"))
        let (parameters, pointers) = (form["parameters"] ?? "", form["pointers"] ?? "")
        do {
            request.parameters = try Assignments.parse(parameters, field: "parameters")
            request.pointers = try Assignments.parse(pointers, field: "pointers")
            return try await shown(try await hooks.add(HookOrder(request), by: visit.principal), visit, isNew: true)
        } catch let problem as Problem where [.invalid, .conflict, .notFound].contains(problem.code) {
            return .html(
                try self.form(request, parameters: parameters, pointers: pointers, problem: problem, visit),
                status: .init(code: problem.code.status))
        }
    }

    /// The hook's page with its secret: the only answer that has it, so that no redirect follows.
    private func shown(_ made: NewHookRecord, _ visit: Visit, isNew: Bool = false) async throws -> Response {
        let found = try await hooks.hook(made.hook.name, by: visit.principal)
        return .html(
            try page(found.hook, found.deliveries, secret: made.secret, visit), status: isNew ? .created : .ok)
    }

    private func page(
        _ hook: HookRecord, _ deliveries: [HookDelivery], secret: String? = nil, _ visit: Visit
    ) throws -> String {
        try templates.render(
            HookPage(
                hook, deliveries: deliveries, secret: secret, mayOperate: visit.principal.may(.operate),
                isAdmin: visit.principal.may(.admin), reader: visit.reader))
    }

    private func form(
        _ request: HookRequest, parameters: String, pointers: String, problem: Problem? = nil, _ visit: Visit
    ) throws -> String {
        try templates.render(
            HookFormPage(
                request, parameters: parameters, pointers: pointers, problem: problem, reader: visit.reader))
    }
}

extension HookOrder {
    fileprivate init(_ request: HookRequest) {
        self.init(
            name: request.name, runbook: request.runbook, section: request.section,
            parameters: request.parameters ?? [:], pointers: request.pointers ?? [:])
    }
}

extension Hook {
    init(_ hook: HookRecord, deliveries: [HookDelivery]? = nil) {
        self.init(
            name: hook.name, runbook: hook.runbook, section: hook.section, parameters: hook.parameters,
            pointers: hook.pointers.mapValues(\.text), paused: hook.isPaused, created: hook.created.rfc3339,
            by: hook.actorName, former_secret_until: hook.formerUntil?.rfc3339,
            deliveries: deliveries?.map(Delivery.init))
    }
}

extension Hook.Delivery {
    init(_ delivery: HookDelivery) {
        self.init(
            message: delivery.message, at: delivery.at.rfc3339, outcome: delivery.outcome.rawValue, run: delivery.run,
            reason: delivery.reason)
    }
}

extension NewHook {
    init(_ made: NewHookRecord) { self.init(hook: Hook(made.hook), secret: made.secret) }
}
