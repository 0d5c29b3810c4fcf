import Foundation
import Glibc
import Testing

/// `Story/story.sh`: a go-live that goes wrong, through the terminal alone; and the same while the server is killed.
///
/// `RUNBOOK_STORY_KILLS` and `RUNBOOK_CHAOS_SEED` set how often, and when.
@Suite(.serialized, .timeLimit(.minutes(15))) struct StoryTests {
    private static let script =
        URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent().path
        + "/Story/story.sh"

    private func tell(on server: Server, _ alertmanager: Alertmanager) throws -> Child {
        let folder = server.folder + "/story"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return try Child(
            try #require(Programs.find("bash")), [Self.script],
            environment: [
                "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": folder,
                "LANG": "C.UTF-8", "RUNBOOK": try Programs.path(of: Programs.runbook), "RUNBOOK_URL": server.address,
                "RUNBOOK_TOKEN": Server.token, "ALERTMANAGER": "http://\(alertmanager.address)", "STORY": folder,
            ], log: folder + "/log", directory: folder)
    }

    private func alertmanager(for server: Server) async throws -> Alertmanager {
        let made = try await server.runbook("token", "add", "alertmanager", "--scope", "alerts")
        return try await Alertmanager.start(
            sendingTo: server, token: made.output.trimmingCharacters(in: .newlines))
    }

    @Test func `the story of a go-live is told through the terminal alone`() async throws {
        try await Server.with { server in
            let alertmanager = try await alertmanager(for: server)
            defer { alertmanager.child.signal(SIGKILL) }
            let story = try tell(on: server, alertmanager)
            let ending = try await story.ending(within: .seconds(600))
            let words = try "\(story.output)\(story.error)"
            #expect(ending == .exited(0), "\(words)")
            try await server.expectNoProcessLeft()
            try await server.expectIntactJournal()
        }
    }

    @Test func `the story comes out the same while the server is killed, and no reaction to it is missing`()
        async throws
    {
        let environment = ProcessInfo.processInfo.environment
        let kills = try environment["RUNBOOK_STORY_KILLS"].map { try #require(Int($0)) } ?? 12
        let seed = try environment["RUNBOOK_CHAOS_SEED"].map { try #require(UInt64($0)) } ?? .random(in: 0 ... .max)
        print("story: seed \(seed), \(kills) kills")
        var random = SplitMix(state: seed)
        var left = kills
        // One story lasts for some twenty kills, and is told as often as it takes.
        while left > 0 {
            let (moments, killed) = try await tell(killing: left, at: random)
            random = moments
            left -= killed
        }
    }

    /// - Parameter moments: what decides when.
    /// - Returns: the moments that are left, and how often the server was killed.
    private func tell(killing kills: Int, at moments: SplitMix) async throws -> (SplitMix, Int) {
        try await Server.with(port: try SteadyPort.any()) { server in
            let receiver = try await Receiver(["200"], in: server.folder)
            defer { receiver.end() }
            let added = try await server.runbook(
                "notify", "add", "on-call", "--kind", "webhook", "--url", receiver.address)
            #expect(added.status == 0, "\(added.error)")
            let alertmanager = try await alertmanager(for: server)
            defer { alertmanager.child.signal(SIGKILL) }
            let story = try tell(on: server, alertmanager)
            var random = moments
            try await until("the story is under way") {
                let words = try story.error
                try #require(!story.hasEnded, "\(words)")
                return try story.output.contains("mira starts")
            }
            let port = server.wire.port
            var killed = 0
            while killed < kills, !story.hasEnded {
                // The moment is what is random here; nothing waits for it to pass.
                try await Task.sleep(for: .milliseconds(Int.random(in: 0..<600, using: &random)))
                try await server.end(by: SIGKILL)
                try await server.start(port: port)
                killed += 1
            }
            let ending = try await story.ending(within: .seconds(600))
            let words = try "\(story.output)\(story.error)"
            #expect(ending == .exited(0), "\(words)")
            print("story: the server was killed \(killed) times")
            try #require(killed > 0)

            let told: Set = ["incident.opened", "incident.acknowledged", "incident.resolved"]
            let events = try await server.journal().filter { told.contains($0["kind"].string ?? "") }
            #expect(events.count == 3)
            try await until("every reaction is there") {
                let page = try await server.wire.get("/api/v1/notifications/deliveries?state=delivered").json
                return page["items"].items.count == events.count
            }
            let deliveries = try await server.wire.get("/api/v1/notifications/deliveries").json["items"].items
            #expect(deliveries.count == events.count, "one for each, and none twice")
            let ids = Set(deliveries.compactMap { $0["id"].string })
            let came = try receiver.requests.compactMap { $0["headers"]["webhook-id"].string }
            #expect(Set(came) == ids, "each came at least once, and nothing else did")
            // The one before the deployment, and the one of what follows a rollback.
            try await until("every list is there") {
                try await server.journal().count { $0["kind"].string == "checklist.started" } == 2
            }
            let kinds = try await server.journal().compactMap { $0["kind"].string }
            #expect(kinds.count { $0 == "notification.delivered" } == ids.count)
            #expect(kinds.count { $0 == "deployment.rolled-back" } == 1)
            #expect(kinds.count { $0 == "checklist.started" } == 2)
            try await server.expectNoProcessLeft()
            try await server.expectIntactJournal()
            return (random, killed)
        }
    }
}
