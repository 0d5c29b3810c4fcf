extension JournalPage {
    /// What the actor did, as the rest of a sentence that begins with the actor's name. A kind without words of its own
    /// reads as it is written: `step.finished` becomes `step finished`.
    static func verb(of kind: String) -> String {
        verbs[kind] ?? String(kind.map { $0 == "." || $0 == "-" || $0 == "_" ? " " : $0 })
    }

    private static let verbs = [
        "first-admin.offered": "offered the link that makes the first admin",
        "person.added": "made an account",
        "person.changed": "changed an account",
        "server.started": "started",
        "server.stopped": "stopped",
        "session.started": "signed in",
        "session.ended": "signed out",
        "session.refused": "failed to sign in",
        "token.added": "made a token",
        "token.bootstrapped": "made the token that the server was started with",
        "token.revoked": "revoked a token",
        "runbook.imported": "imported a runbook",
        "runbook.moved": "changed where a runbook comes from",
        "run.created": "asked for a run",
        "run.running": "began a run",
        "run.waiting": "stopped a run to wait",
        "run.succeeded": "brought a run to its end",
        "run.failed": "saw a run fail",
        "run.cancelling": "asked for a run to be cancelled",
        "run.cancelled": "cancelled a run",
        "run.interrupted": "lost sight of a run",
        "run.resumed": "resumed a run",
        "step.started": "began a step",
        "step.finished": "finished a step",
        "output.expired": "let old output go",
        "service.added": "recorded a service",
        "service.changed": "changed what is said of a service",
        "service.removed": "removed a service",
        "destination.added": "added a destination for news",
        "destination.removed": "removed a destination for news",
        "notification.test": "asked for a test of a destination",
        "notification.delivered": "delivered news",
        "notification.failed": "gave up delivering news",
        "journal.erased": "erased personal data",
    ]
}
