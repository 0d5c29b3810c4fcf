import API
import Essentials
import Hooks

@testable import Server

extension Samples {
    var hookPages: [any WebPage] {
        [
            HooksPage(
                [hook(), hook(isPaused: true)], runbook: text("accunode.deploy"), isFirst: true, next: text("release"),
                mayAdd: true, reader: reader),
            HooksPage([], runbook: nil, isFirst: true, next: nil, mayAdd: true, reader: reader),
            hookPage(hook(), secret: text("whsec_QUJD")), hookPage(hook(isPaused: true), secret: nil),
            HookFormPage(
                HookRequest(name: text("release"), runbook: text("accunode.deploy"), section: text("verify")),
                parameters: text("ENVIRONMENT=staging"), pointers: text("VERSION=/release/tag"),
                problem: .invalid(
                    text("The hook was not added."),
                    fields: ["name", "runbook", "section", "parameters", "pointers", "VERSION"].map {
                        .init(name: $0, message: text("as the sentence says"))
                    }), reader: reader),
        ]
    }

    private func hookPage(_ hook: HookRecord, secret: String?) -> HookPage {
        HookPage(
            hook,
            deliveries: HookDelivery.Outcome.allCases.map { outcome in
                HookDelivery(
                    message: text("msg_1"), at: at(0), outcome: outcome,
                    run: outcome == .refused ? nil : text("01j9zk"),
                    reason: outcome == .refused ? text("VERSION is missing.") : nil)
            }, secret: secret, mayOperate: true, isAdmin: true, reader: reader)
    }

    private func hook(isPaused: Bool = false) -> HookRecord {
        let pointer: JSONPointer
        do {
            pointer = try JSONPointer("/" + text("release"))
        } catch {
            fatalError(error.message)
        }
        return HookRecord(
            name: text("release"), runbook: text("accunode.deploy"), section: text("verify"),
            parameters: [text("ENVIRONMENT"): text("staging")], pointers: [text("VERSION"): pointer],
            isPaused: isPaused, created: at(0), actorName: text("Ada Lovelace"), formerUntil: at(60))
    }
}
