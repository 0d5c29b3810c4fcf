import Essentials
import Journal
import Storage
import Synchronization
import Testing

@testable import Executions

/// The machine's clock is set while runs wait.
@Suite struct ClockWatchTests {
    /// Two clocks, of which one may be set.
    private final class Clocks: Sendable {
        private let state = Mutex((wall: Stage.now.microseconds, elapsed: Int64(5_000_000)))

        var source: TimeSource {
            TimeSource(
                now: { Timestamp(microseconds: self.state.withLock { $0.wall }) },
                elapsed: { self.state.withLock { $0.elapsed } })
        }

        func pass(_ seconds: Int64) {
            state.withLock { $0 = ($0.wall + seconds * 1_000_000, $0.elapsed + seconds * 1_000_000) }
        }

        func set(by microseconds: Int64) { state.withLock { $0.wall += microseconds } }
    }

    private let clocks = Clocks()
    private let stage: Stage
    private let watch: ClockWatch

    init() async throws {
        stage = try Stage(time: clocks.source)
        watch = ClockWatch(journal: stage.journal, boot: "one")
        try await stage.store("# Table\n\n```sh {name=one retries=1 backoff=1h}\nfalse\n```\n\n```sh\ntrue\n```\n")
        try await watch.look()
    }

    /// A run whose first step rests until a minute from now.
    private func resting() async throws -> ID<RunRecord> {
        let id = try await stage.run(.running, .waiting)
        let until = Stage.now.advanced(by: .seconds(60))
        try await stage.database.write { transaction in
            try transaction.execute(
                "UPDATE run_steps SET due = \(until), lasts_until = \(until) WHERE run = \(id) AND step = 'one'")
            try transaction.execute("UPDATE runs SET rests_until = \(until) WHERE id = \(id)")
        }
        return id
    }

    private struct Times: Decodable, Equatable {
        var due: Int64?
        var lasts_until: Int64?
        var rests_until: Int64?
        var clock_shift: Int64 = 0

        /// Of a step that rests until this many seconds from the beginning.
        init(_ seconds: Int64, shift: Int64) {
            let until = Stage.now.advanced(by: .seconds(seconds)).microseconds
            (due, lasts_until, rests_until, clock_shift) = (until, until, until, shift * 1_000_000)
        }
    }

    private func times(_ id: ID<RunRecord>) async throws -> Times? {
        try await stage.database.read { reader in
            try reader.first(
                """
                SELECT due, lasts_until, rests_until, clock_shift FROM run_steps s JOIN runs r ON r.id = s.run
                WHERE s.run = \(id) AND step = 'one'
                """)
        }
    }

    private func jumps() async throws -> [Int64] {
        let events = try await stage.journal.events(PageRequest(), kind: "clock.set", by: stage.viewer).items
        return events.compactMap { $0.details["milliseconds"]?.integer }
    }

    @Test(arguments: [7200, -7200, 3, -3] as [Int64])
    func `a step rests as long as it was to, whatever the clock is set to`(by seconds: Int64) async throws {
        let id = try await resting()
        clocks.pass(10)
        clocks.set(by: seconds * 1_000_000)
        try await watch.look()
        #expect(try await times(id) == Times(60 + seconds, shift: seconds))
        try await watch.look()
        #expect(try await times(id) == Times(60 + seconds, shift: seconds), "once")
        #expect(try await jumps() == [seconds * 1000])
    }

    @Test func `what is over, or has not begun, is left as it was`() async throws {
        let over = try await stage.run(.failed, .failed)
        let queued = try await stage.run(.queued, .queued)
        clocks.set(by: 7_200_000_000)
        try await watch.look()
        #expect(try await times(over)?.clock_shift == 0)
        #expect(try await times(queued)?.clock_shift == 0)
        #expect(try await stage.record(over).finished == Stage.now)
    }

    @Test func `a clock that goes a little wrong is followed and tells nobody`() async throws {
        let id = try await resting()
        for _ in 0..<10 {
            clocks.pass(30)
            clocks.set(by: 900_000)
            try await watch.look()
        }
        #expect(try await times(id) == Times(60, shift: 0))
        // Nine seconds in all, of which the next server knows.
        try await ClockWatch(journal: stage.journal, boot: "one").look()
        #expect(try await jumps().isEmpty)
        #expect(try await times(id) == Times(60, shift: 0))
    }

    @Test func `a clock that was set while no server ran is noticed by the next, but not over a boot`() async throws {
        let id = try await resting()
        clocks.pass(100)
        clocks.set(by: -3_600_000_000)
        try await ClockWatch(journal: stage.journal, boot: "one").look()
        #expect(try await times(id) == Times(60 - 3600, shift: -3600))
        // Nobody knows how long it was down.
        clocks.set(by: 3_600_000_000)
        let next = ClockWatch(journal: stage.journal, boot: "two")
        try await next.look()
        #expect(try await jumps() == [-3_600_000])
        clocks.set(by: 5_000_000)
        try await next.look()
        #expect(try await jumps() == [-3_600_000, 5000])
    }

    @Test func `what could not be moved is moved by the next look`() async throws {
        let id = try await resting()
        try await stage.database.write { transaction in
            try transaction.execute(
                "CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
        }
        clocks.set(by: 60_000_000)
        await #expect(throws: (any Error).self) { try await watch.look() }
        #expect(try await times(id) == Times(60, shift: 0))
        try await stage.database.write { transaction in try transaction.execute("DROP TRIGGER full") }
        try await watch.look()
        #expect(try await times(id) == Times(120, shift: 60))
    }
}
