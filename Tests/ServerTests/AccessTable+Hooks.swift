import Essentials
import HTTPTypes
import Hooks

@testable import Server

extension AccessRow {
    //                                             stranger viewer operator author admin metrics
    static let hooks = [
        AccessRow(.get, "/api/v1/hooks", "401 200 200 200 200 403"),
        AccessRow(.post, "/api/v1/hooks", "401 403 403 403 201 403") {
            (
                "/api/v1/hooks",
                .json([
                    "name": .string("hook-\($0.number())"), "runbook": .string(try await $0.runbook()),
                ])
            )
        },
        AccessRow(.get, "/api/v1/hooks/{name}", "401 200 200 200 200 403") {
            ("/api/v1/hooks/\(try await $0.hook())", .none)
        },
        // Its signature alone lets a message in.
        AccessRow(.post, "/api/v1/hooks/{name}", "401 401 401 401 401 401") {
            ("/api/v1/hooks/\(try await $0.hook())", .json(["a": "b"]))
        },
        AccessRow(.delete, "/api/v1/hooks/{name}", "401 403 403 403 204 403") {
            ("/api/v1/hooks/\(try await $0.hook())", .none)
        },
        AccessRow(.post, "/api/v1/hooks/{name}/pause", "401 403 200 200 200 403") {
            ("/api/v1/hooks/\(try await $0.hook())/pause", .none)
        },
        AccessRow(.post, "/api/v1/hooks/{name}/resumption", "401 403 200 200 200 403") {
            ("/api/v1/hooks/\(try await $0.hook())/resumption", .none)
        },
        AccessRow(.post, "/api/v1/hooks/{name}/secret", "401 403 403 403 200 403") {
            ("/api/v1/hooks/\(try await $0.hook())/secret", .none)
        },
        AccessRow(.get, "/hooks", "- 200 200 200 200 403"),
        AccessRow(.post, "/hooks", "401 403 403 403 201 403") {
            ("/hooks", .form(["name": "hook-\($0.number())", "runbook": try await $0.runbook()]))
        },
        AccessRow(.get, "/hooks/new", "- 403 403 403 200 403"),
        AccessRow(.get, "/hooks/{name}", "- 200 200 200 200 403") { ("/hooks/\(try await $0.hook())", .none) },
        AccessRow(.post, "/hooks/{name}/pause", "401 403 303 303 303 403") {
            ("/hooks/\(try await $0.hook())/pause", .form([:]))
        },
        AccessRow(.post, "/hooks/{name}/resumption", "401 403 303 303 303 403") {
            ("/hooks/\(try await $0.hook())/resumption", .form([:]))
        },
        AccessRow(.post, "/hooks/{name}/secret", "401 403 403 403 200 403") {
            ("/hooks/\(try await $0.hook())/secret", .form([:]))
        },
        AccessRow(.post, "/hooks/{name}/removal", "401 403 403 403 303 403") {
            ("/hooks/\(try await $0.hook())/removal", .form([:]))
        },
    ]
}

extension Installation {
    /// The name of a hook that starts a run.
    func hook() async throws -> String {
        try await hooks.add(
            HookOrder(name: "hook-\(number())", runbook: try await runbook()), by: try principal(.admin)
        ).hook.name
    }
}
