import Foundation
import Glibc
import Testing

/// Somebody sets the machine's clock while runs are under way: the server runs on a clock of the tests' own, by `faketime`.
@Suite(.serialized, .timeLimit(.minutes(5)), .enabled(if: FakeClock.library != nil, "needs faketime"))
struct ClockTests {
    private func fence(_ info: String, _ text: String) -> String { "\n```\(info)\n\(text)\n```\n" }

    private func time(_ text: String?) throws -> Date {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return try style.parse(try #require(text))
    }

    @Test func `a clock that jumps ends nothing early and lets nothing wait for hours`() async throws {
        try await Server.with(isStarted: false) { server in
            let clock = try FakeClock(on: server)
            let (go, tried) = (server.folder + "/go", server.folder + "/tried")
            try await server.start(clock.environment)
            let hold = "echo begun; until test -e \(go); do sleep 0.02; done"
            try await server.store(
                "whole",
                "---\ntimeout: 30m\n---\n# Whole\n" + fence("sh {name=a}", hold) + fence("sh {name=b}", "echo b"))
            try await server.store("own", "# Own\n" + fence("sh {name=a timeout=30m}", hold))
            try await server.store("other", "# Other\n" + fence("sh {name=a}", "true"))
            try await server.store("watch", "# Watch\n" + fence("wait {name=a for=24h}", "Watch."))
            try await server.store(
                "again",
                "# Again\n"
                    + fence("sh {name=a retries=1 backoff=3s}", "test -e \(tried) || { touch \(tried); exit 1; }"))
            let (whole, own) = (try await server.begin("whole"), try await server.begin("own"))
            let watch = try await server.begin("watch")
            for id in [whole, own] { try await until("it runs") { try await server.output(of: id) == "begun\n" } }
            try await until("it waits") { try await server.run(watch)["steps"][0]["state"].string == "waiting" }
            let end = try time(try await server.run(watch)["steps"][0]["until"].string)

            try clock.set(by: "+2h")
            // What happens next sees the clock.
            let again = try await server.begin("again")
            try await until("it has failed once, and rests, or has rested") {
                let state = try await server.run(again)["steps"][0]["state"].string
                return exists(tried) && state.map(["waiting", "succeeded"].contains) == true
            }
            let moved = try time(try await server.run(watch)["steps"][0]["until"].string).timeIntervalSince(end)
            #expect(abs(moved - 7200) < 60, "a day is a day: \(moved)")
            // And back again by five: nobody is to wait for hours until it is late enough.
            try clock.set(by: "-3h")
            try await until("it was tried again") {
                // `faketime` also moves what the timers of a process wait for, which no clock that is set does: in their
                // stead a run that begins lets the engine look.
                _ = try await server.settled(try await server.begin("other"))
                return try await server.run(again)["state"].string == "succeeded"
            }
            let run = try await server.run(again)
            #expect(run["state"].string == "succeeded" && run["steps"][0]["attempts"].items.count == 2, "\(run)")
            for id in [whole, own] { #expect(try await server.run(id)["state"].string == "running") }

            // While no server runs.
            try await server.end(by: SIGKILL)
            try clock.set(by: "+1h")
            try await server.start(clock.environment)
            try touch(go)
            for id in [whole, own] { #expect(try await server.settled(id)["state"].string == "succeeded") }
            let late = try time(try await server.run(watch)["steps"][0]["until"].string).timeIntervalSince(end)
            #expect(abs(late - 3600) < 60, "\(late)")
            let events = try await server.journal().filter { $0["kind"].string == "clock.set" }
            let hours = events.compactMap { $0["data"]["milliseconds"].int }.map { (Double($0) / 3_600_000).rounded() }
            #expect(hours == [2, -5, 4])
            try await server.expectIntactJournal()
            #expect(try await server.runbook("runs", "cancel", watch).status == 0)
        }
    }
}

/// A wall clock that a test sets while the server runs on it.
struct FakeClock {
    /// It stands for the machine's clock in whatever loads it.
    static let library: String? = {
        let machines = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib")) ?? []
        return machines.map { "/usr/lib/\($0)/faketime/libfaketimeMT.so.1" }.first { exists($0) }
    }()

    private let file: String

    init(on server: Server) throws {
        file = server.folder + "/clock"
        try set(by: "+0")
    }

    /// Relative to the machine's own.
    func set(by offset: String) throws {
        try write(offset + "\n", to: file + ".new")
        try #require(rename(file + ".new", file) == 0)
    }

    /// What the server is started with.
    var environment: [String: String] {
        [
            "LD_PRELOAD": Self.library ?? "", "FAKETIME_TIMESTAMP_FILE": file, "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        ]
    }
}
