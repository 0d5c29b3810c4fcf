import Essentials
import HTTPTypes
import Storage
import Testing

@testable import Server

/// How SQLite finds what the routes ask for, where there is much of it.
@Suite struct PlansTests {
    @Test func `no route reads a whole table or sorts a whole list, nor once the database was analysed`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let admin = try await installation.credentials(.admin)
            for row in AccessRow.all where !row.isEndless && !row.isAboutSession {
                let sent = try await row.sent(installation)
                _ = try await caller.send(row.method, sent.uri, as: admin, sent.body)
            }
            // Each list by each of its filters, from its first page and from a later one.
            let filters = [
                "/incidents": [
                    "state=resolved", "severity=sev1", "service=web", "open=true", "service=web&state=resolved",
                ],
                "/checklists": ["state=open", "runbook=go-live", "object=deployment/1"],
                "/deployments": ["state=failed", "service=a", "environment=b", "service=a&environment=b"],
                "/runs": ["state=failed", "runbook=accunode.deploy"], "/runbooks": [], "/services": [],
                "/journal": ["kind=run.created", "object=run/1"], "/notifications/deliveries": ["state=failed"],
                "/schedules": [], "/hooks": [], "/deployments/figures": ["service=a"], "/search": ["q=deploy"],
            ]
            for (path, queries) in filters {
                for query in queries + ["limit=50"] {
                    for after in ["", "&after=1"] {
                        let uri = "/api/v1\(path)?\(query)\(after)"
                        let answer = try await caller.send(.get, uri, as: admin)
                        #expect(answer.status == 200 || answer.status == 400, "\(uri): \(answer.text.prefix(200))")
                    }
                }
            }
        }
        #expect(installation.explainer.plans.count > 200)
        // What says why a small table may be scanned has said why it may be sorted.
        for fault in try installation.explainer.faults() where !fault.sql.contains("/* scan:") {
            Issue.record("\(fault)")
        }
    }
}
