import Essentials
import HTTPTypes
import RunbookFormat
import Schedules

@testable import Server

extension AccessRow {
    //                                             stranger viewer operator author admin metrics
    static let schedules = [
        AccessRow(.get, "/api/v1/schedules", "401 200 200 200 200 403"),
        AccessRow(.post, "/api/v1/schedules", "401 403 201 201 201 403") {
            (
                "/api/v1/schedules",
                .json(["runbook": .string(try await $0.goLive()), "cron": "@daily", "starts": "checklist"])
            )
        },
        AccessRow(.get, "/api/v1/schedules/{id}", "401 200 200 200 200 403") {
            ("/api/v1/schedules/\(try await $0.schedule())", .none)
        },
        AccessRow(.delete, "/api/v1/schedules/{id}", "401 403 204 204 204 403") {
            ("/api/v1/schedules/\(try await $0.schedule())", .none)
        },
        AccessRow(.post, "/api/v1/schedules/{id}/pause", "401 403 200 200 200 403") {
            ("/api/v1/schedules/\(try await $0.schedule())/pause", .none)
        },
        AccessRow(.post, "/api/v1/schedules/{id}/resumption", "401 403 200 200 200 403") {
            ("/api/v1/schedules/\(try await $0.schedule())/resumption", .none)
        },
        AccessRow(.get, "/schedules", "- 200 200 200 200 403"),
        AccessRow(.post, "/schedules", "401 403 303 303 303 403") {
            ("/schedules", .form(["runbook": try await $0.goLive(), "cron": "@daily", "starts": "checklist"]))
        },
        AccessRow(.get, "/schedules/new", "- 403 200 200 200 403"),
        AccessRow(.get, "/schedules/{id}", "- 200 200 200 200 403") {
            ("/schedules/\(try await $0.schedule())", .none)
        },
        AccessRow(.post, "/schedules/{id}/pause", "401 403 303 303 303 403") {
            ("/schedules/\(try await $0.schedule())/pause", .form([:]))
        },
        AccessRow(.post, "/schedules/{id}/resumption", "401 403 303 303 303 403") {
            ("/schedules/\(try await $0.schedule())/resumption", .form([:]))
        },
        AccessRow(.post, "/schedules/{id}/removal", "401 403 303 303 303 403") {
            ("/schedules/\(try await $0.schedule())/removal", .form([:]))
        },
    ]
}

extension Installation {
    /// The id of a schedule that starts a checklist.
    func schedule() async throws -> String {
        try await schedules.add(
            try ScheduleDeclaration(cron: "@daily", start: .checklist), of: try await goLive(),
            by: try principal(.admin)
        ).id.rawValue
    }
}
