import Essentials
import Executions
import HTTPTypes

@testable import Server

extension AccessRow {
    //                                             stranger viewer operator author admin metrics
    static let runs = [
        AccessRow(.get, "/api/v1/runs", "401 200 200 200 200 403"),
        AccessRow(.post, "/api/v1/runs", "401 403 201 201 201 403") {
            ("/api/v1/runs", .json(["runbook": .string(try await $0.runbook())]))
        },
        AccessRow(.get, "/api/v1/runs/{id}", "401 200 200 200 200 403") {
            ("/api/v1/runs/\(try await $0.queuedRun())", .none)
        },
        AccessRow(.get, "/api/v1/runs/{id}/output", "401 200 200 200 200 403") {
            ("/api/v1/runs/\(try await $0.queuedRun())/output", .none)
        },
        AccessRow(.get, "/api/v1/runs/{id}/events", "401 200 200 200 200 403") {
            ("/api/v1/runs/\(try await $0.cancelledRun())/events", .none)
        },
        AccessRow(.post, "/api/v1/runs/{id}/cancellation", "401 403 200 200 200 403") {
            ("/api/v1/runs/\(try await $0.queuedRun())/cancellation", .none)
        },
        AccessRow(.post, "/api/v1/runs/{id}/resumption", "401 403 200 200 200 403") {
            ("/api/v1/runs/\(try await $0.cancelledRun())/resumption", .json(["note": "It was the network."]))
        },
        AccessRow(.post, "/api/v1/runs/{id}/steps/{step}/approval", "401 403 200 200 200 403") {
            (
                "/api/v1/runs/\(try await $0.askingRun(at: "go", by: .system("test")))/steps/go/approval",
                .json(["note": "Seen on staging."])
            )
        },
        AccessRow(.post, "/api/v1/runs/{id}/steps/{step}/rejection", "401 403 200 200 200 403") {
            ("/api/v1/runs/\(try await $0.askingRun(at: "go"))/steps/go/rejection", .json(["note": "Not today."]))
        },
        AccessRow(.post, "/api/v1/runs/{id}/steps/{step}/confirmation", "401 403 200 200 200 403") {
            (
                "/api/v1/runs/\(try await $0.askingRun(at: "cable"))/steps/cable/confirmation",
                .json(["note": "Port 12."])
            )
        },
        AccessRow(.post, "/api/v1/runs/{id}/steps/{step}/skip", "401 403 200 200 200 403") {
            ("/api/v1/runs/\(try await $0.queuedRun())/steps/first/skip", .json(["note": "Not today."]))
        },
        AccessRow(.post, "/runs/{id}/steps/{step}/skip", "401 403 303 303 303 403") {
            ("/runs/\(try await $0.queuedRun())/steps/first/skip", .form(["note": "Not today."]))
        },
        AccessRow(.post, "/runs/{id}/skip", "401 403 303 303 303 403") {
            ("/runs/\(try await $0.queuedRun())/skip", .form(["step": "first", "note": "Not today."]))
        },
        AccessRow(.get, "/api/v1/queue", "401 200 200 200 200 403"),
        AccessRow(.get, "/queue", "- 200 200 200 200 403"),
        AccessRow(.get, "/runs", "- 200 200 200 200 403"),
        AccessRow(.post, "/runs", "401 403 303 303 303 403") { ("/runs", .form(["runbook": try await $0.runbook()])) },
        AccessRow(.post, "/runs/plan", "401 403 200 200 200 403") {
            ("/runs/plan", .form(["runbook": try await $0.runbook()]))
        },
        AccessRow(.get, "/runs/{id}", "- 200 200 200 200 403") { ("/runs/\(try await $0.queuedRun())", .none) },
        AccessRow(.get, "/runs/{id}/output", "- 200 200 200 200 403") {
            ("/runs/\(try await $0.queuedRun())/output", .none)
        },
        AccessRow(.get, "/runs/{id}/steps/{step}/output", "- 200 200 200 200 403") {
            ("/runs/\(try await $0.askingRun(at: "go"))/steps/go/output", .none)
        },
        AccessRow(.get, "/runs/{id}/events", "- 200 200 200 200 403") {
            ("/runs/\(try await $0.cancelledRun())/events", .none)
        },
        AccessRow(.post, "/runs/{id}/cancellation", "401 403 303 303 303 403") {
            ("/runs/\(try await $0.queuedRun())/cancellation", .form([:]))
        },
        AccessRow(.post, "/runs/{id}/resumption", "401 403 303 303 303 403") {
            ("/runs/\(try await $0.cancelledRun())/resumption", .form(["note": "It was the network."]))
        },
        AccessRow(.post, "/runs/{id}/steps/{step}/approval", "401 403 303 303 303 403") {
            (
                "/runs/\(try await $0.askingRun(at: "go", by: .system("test")))/steps/go/approval",
                .form(["note": "Seen on staging."])
            )
        },
        AccessRow(.post, "/runs/{id}/steps/{step}/rejection", "401 403 303 303 303 403") {
            ("/runs/\(try await $0.askingRun(at: "go"))/steps/go/rejection", .form(["note": "Not today."]))
        },
        AccessRow(.post, "/runs/{id}/steps/{step}/confirmation", "401 403 303 303 303 403") {
            ("/runs/\(try await $0.askingRun(at: "wipe"))/steps/wipe/confirmation", .form([:]))
        },
    ]
}
