import Checklists
import Essentials
import HTTPTypes

@testable import Server

extension AccessRow {
    //                                             stranger viewer operator author admin metrics
    static let checklists = [
        AccessRow(.get, "/api/v1/checklists", "401 200 200 200 200 403"),
        AccessRow(.post, "/api/v1/checklists", "401 403 201 201 201 403") {
            ("/api/v1/checklists", .json(["runbook": .string(try await $0.goLive())]))
        },
        AccessRow(.get, "/api/v1/checklists/{id}", "401 200 200 200 200 403") {
            ("/api/v1/checklists/\(try await $0.checklist().id)", .none)
        },
        AccessRow(.put, "/api/v1/checklists/{id}/items/{item}", "401 403 200 200 200 403") {
            (
                "/api/v1/checklists/\(try await $0.checklist().id)/items/\(Installation.backup)",
                .json(["state": "ticked"]).with([.ifMatch: "\"1\""])
            )
        },
        AccessRow(.post, "/api/v1/checklists/{id}/items/{item}/check", "401 403 200 200 200 403") {
            ("/api/v1/checklists/\(try await $0.checklist().id)/items/\(Installation.https)/check", .none)
        },
        AccessRow(.post, "/api/v1/checklists/{id}/checks", "401 403 200 200 200 403") {
            ("/api/v1/checklists/\(try await $0.checklist().id)/checks", .none)
        },
        AccessRow(.post, "/api/v1/checklists/{id}/completion", "401 403 200 200 200 403") {
            ("/api/v1/checklists/\(try await $0.finishedChecklist().id)/completion", .json([:]))
        },
        AccessRow(.post, "/api/v1/checklists/{id}/abandonment", "401 403 200 200 200 403") {
            ("/api/v1/checklists/\(try await $0.checklist().id)/abandonment", .json(["reason": "called off"]))
        },
        AccessRow(.post, "/api/v1/checklists/{id}/reopening", "401 403 200 200 200 403") {
            ("/api/v1/checklists/\(try await $0.completedChecklist().id)/reopening", .json([:]))
        },
        AccessRow(.get, "/api/v1/checklists/{id}/export", "401 200 200 200 200 403") {
            ("/api/v1/checklists/\(try await $0.checklist().id)/export", .none)
        },
        AccessRow(.get, "/checklists", "- 200 200 200 200 403"),
        AccessRow(.get, "/checklists/new", "- 403 200 200 200 403") {
            ("/checklists/new?runbook=\(try await $0.goLive())", .none)
        },
        AccessRow(.post, "/checklists", "401 403 303 303 303 403") {
            ("/checklists", .form(["runbook": try await $0.goLive(), "occasion": "2.0"]))
        },
        AccessRow(.get, "/checklists/{id}", "- 200 200 200 200 403") {
            ("/checklists/\(try await $0.checklist().id)", .none)
        },
        AccessRow(.post, "/checklists/{id}/items", "401 403 303 303 303 403") {
            ("/checklists/\(try await $0.checklist().id)/items", .form(["do": "tick 1 1"]))
        },
        AccessRow(.post, "/checklists/{id}/checks", "401 403 303 303 303 403") {
            ("/checklists/\(try await $0.checklist().id)/checks", .form([:]))
        },
        AccessRow(.post, "/checklists/{id}/completion", "401 403 303 303 303 403") {
            ("/checklists/\(try await $0.finishedChecklist().id)/completion", .form([:]))
        },
        AccessRow(.post, "/checklists/{id}/abandonment", "401 403 303 303 303 403") {
            ("/checklists/\(try await $0.checklist().id)/abandonment", .form(["reason": "called off"]))
        },
        AccessRow(.post, "/checklists/{id}/reopening", "401 403 303 303 303 403") {
            ("/checklists/\(try await $0.completedChecklist().id)/reopening", .form([:]))
        },
        AccessRow(.get, "/checklists/{id}/export", "- 200 200 200 200 403") {
            ("/checklists/\(try await $0.checklist().id)/export", .none)
        },
    ]
}
