import Foundation
import Testing

/// `runbook incident`, as somebody on call uses it.
@Suite(.serialized, .timeLimit(.minutes(5))) struct IncidentCommandTests {
    @Test func `an incident is worked from a terminal, from its opening to the draft of its postmortem`() async throws {
        try await Server.with { server in
            try await server.store(
                "web.rollback", "# Roll back\n\n```sh {name=switch}\necho switched to blue\nexit 3\n```\n")
            let opened = try await server.runbook(
                "incident", "open", "Checkout errors", "--severity", "sev2", "--service", "web", "--runbook",
                "web/rollback", "--note", "Since the *deploy*.")
            #expect(opened.status == 0)
            let id = opened.output.trimmingCharacters(in: .newlines)
            let status = try await server.runbook("status")
            #expect(status.output.hasPrefix("One incident burns, nothing is running"))
            #expect(status.error == "Take it up: runbook incident ack \(id)\n")
            #expect(
                try await server.runbook("incident", "ack", id).error == "runbook: incident \(id) is acknowledged\n")
            let again = try await server.runbook("incident", "ack", id)
            #expect(again.status == 65)
            #expect(again.error.contains("bootstrap has acknowledged it already"))
            #expect(try await server.runbook("exec", "web/rollback", "--incident", id).status == 1)
            let note = try await server.runbook(
                "incident", "note", id, "--at", "2026-01-19T03:05:00Z", input: "The first call.\n")
            #expect(note.status == 0)
            let noted = note.output.trimmingCharacters(in: .newlines)
            #expect(try await server.runbook("incident", "note", id, "--edit", noted, "The first mail.").status == 0)
            #expect(try await server.runbook("incident", "assign", id, "scribe", "nobody").status == 65)
            #expect(try await server.runbook("incident", "change", id, "--severity", "sev1").status == 0)
            #expect(try await server.runbook("incident", "mitigate", id, "--note", "back on green").status == 0)
            let list = try await server.runbook("incident", "list", "--open", "--service", "web")
            #expect(list.output.contains("sev1") && list.output.contains("mitigated"))
            #expect(try await server.runbook("incident", "resolve", id).status == 0)
            #expect(try await server.runbook("incident", "reopen", id).status == 0)
            #expect(try await server.runbook("incident", "resolve", id).status == 0)
            let shown = try await server.runbook("incident", "show", id)
            #expect(shown.output.hasPrefix("sev1 resolved: Checkout errors\n"))
            #expect(shown.output.contains("runbook that fits: web.rollback"))
            let timeline = try await server.runbook("incident", "timeline", id)
            let said = timeline.output.split(separator: "\n").map { line in
                line.dropFirst(22).prefix { $0 != "," && $0 != "." }
            }
            #expect(said.first == "Opened as sev2")
            #expect(timeline.output.contains("Run web.rollback failed.\n    | switched to blue\n"))
            #expect(
                timeline.output.contains("2026-01-19 03:05:00Z  Note, by bootstrap. (written down ")
                    && timeline.output.contains("    The first mail.\n    edited once\n"))
            let kinds = try await server.runbook("incident", "timeline", id, "--kind", "status", "--json")
            #expect(
                try kinds.json["items"].items.map { $0["kind"].string } == [
                    "incident.opened", "incident.acknowledged", "incident.changed", "incident.mitigated",
                    "incident.resolved", "incident.reopened", "incident.resolved",
                ])
            let draft = try await server.runbook("incident", "postmortem", id)
            #expect(draft.output.hasPrefix("# Postmortem: Checkout errors\n"))
            #expect(draft.output.contains("| reopened | once |"))
            #expect(try await server.runbook("incident", "show", "unknown").status == 65)
            try await server.expectIntactJournal()
        }
    }
}
