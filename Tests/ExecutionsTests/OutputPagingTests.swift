import Essentials
import Foundation
import Processes
import RunbookFormat
import Storage
import Testing

@testable import Executions

/// Where a line of stored output is found, whatever stands before it.
@Suite struct OutputPagingTests {
    private static let lines = 20_000

    /// A line of an attempt, as its step prints it.
    private static func line(_ number: Int) -> String { "line \(number) \(String(repeating: "x", count: number % 90))" }

    /// A run whose first step has printed, in pieces that end anywhere.
    private func printed(on stage: Stage, counted: Bool = true) async throws -> ID<RunRecord> {
        try await stage.store("# Table\n\n```sh {name=one}\ntrue\n```\n\n```sh {name=two}\ntrue\n```\n")
        let run = try await stage.run(.running, .running)
        let work = try await RunWork(run, of: stage.executions)
        for (number, step) in [(1, "one"), (2, "one"), (1, "two")] {
            let attempt = ID<AttemptRecord>(at: Stage.now)
            try await stage.database.write { transaction in
                try transaction.execute(
                    """
                    INSERT INTO attempts (id, run, step, number, state, created)
                    VALUES (\(attempt), \(run), \(step), \(number), 'failed', \(Stage.now))
                    """)
            }
            var start = StepStart(
                attempt: attempt, number: number, position: step == "one" ? 1 : 2, step: try work.step(step),
                files: work.files(attempt, launch: 1), handedOn: [:], isFresh: true)
            let count = step == "one" ? Self.lines : 3
            let text = Array((1...count).map { Self.line($0) + "\n" }.joined().utf8)
            var intake = try await OutputIntake(start, of: work, executions: stage.executions)
            var rest = text[...]
            while !rest.isEmpty {
                // Another server takes it up in the middle.
                if rest.count < text.count / 2, start.isFresh {
                    intake.stored(try await intake.store(intake.finish(at: Stage.now)))
                    start.isFresh = false
                    intake = try await OutputIntake(start, of: work, executions: stage.executions)
                    rest = text.dropFirst(Int(intake.digest.bytes))
                    _ = intake.take(Array(text.prefix(Int(intake.digest.bytes))), .stdout, at: Stage.now)
                }
                let piece = rest.prefix(10_007)
                rest = rest.dropFirst(piece.count)
                intake.stored(try await intake.store(intake.take(Array(piece), .stdout, at: Stage.now)))
            }
            intake.stored(try await intake.store(intake.finish(at: Stage.now)))
        }
        guard !counted else { return run }
        // As an earlier version has stored it.
        try await stage.database.write { transaction in
            try transaction.execute("DROP TRIGGER output_stays")
            try transaction.execute("UPDATE output SET lines = NULL WHERE run = \(run)")
        }
        return run
    }

    @Test(arguments: [true, false])
    func `a line is found by its number, with what stands after it`(counted: Bool) async throws {
        let stage = try Stage()
        let run = try await printed(on: stage, counted: counted)
        for from in [1, 2, 999, 10_000, Self.lines - 1, Self.lines] {
            let found = try await stage.executions.lines(
                of: run, step: "one", attempt: 1, from: from, count: 500, by: stage.viewer)
            #expect(found.total == Self.lines && found.attempt == 1)
            let text = found.rows.map(\.text).joined()
            let last = min(Self.lines, from + 499)
            // Whole from the one that is asked for on, whatever is cut before it.
            let wanted = (from...last).map(Self.line).joined(separator: "\n")
            let place = from - found.before - 1
            let shown = text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(place)
            #expect(shown.prefix(last - from + 1).joined(separator: "\n") == wanted, "from \(from)")
            #expect(found.rows.reduce(0) { $0 + $1.bytes.count } < 200_000, "no more than is asked for")
        }
        let beyond = try await stage.executions.lines(
            of: run, step: "one", attempt: nil, from: Self.lines + 50, count: 500, by: stage.viewer)
        #expect(beyond.attempt == 2 && beyond.total == Self.lines)
        let problem = await #expect(throws: Problem.self) {
            try await stage.executions.lines(
                of: run, step: "one", attempt: 3, from: 1, count: 1, by: stage.viewer)
        }
        #expect(problem?.code == .notFound)
    }

    @Test(arguments: [true, false])
    func `the end is read without what stands before it, and that is counted`(counted: Bool) async throws {
        let stage = try Stage()
        let run = try await printed(on: stage, counted: counted)
        let latest = try await stage.executions.latestOutput(run, limit: 400, bytes: 100_000, by: stage.viewer)
        let bytes = latest.rows.reduce(0) { $0 + $1.bytes.count }
        #expect(bytes >= 100_000 && bytes < 170_000)
        for (key, total) in ["one/1": Self.lines, "one/2": Self.lines, "two/1": 3] {
            let shown = latest.rows.filter { "\($0.step)/\($0.attempt)" == key }.reduce(0) { $0 + $1.bytes.lineEnds }
            #expect((latest.earlierLines[key] ?? 0) + shown == total, "\(key)")
        }
        #expect(latest.rows.last?.step == "two")
    }

    @Test func `read backwards from its end, output is the same as from its beginning`() async throws {
        let stage = try Stage()
        let run = try await printed(on: stage)
        for step in [nil, "one", "two"] as [String?] {
            let forward = try await stage.executions.output(
                run, after: 0, limit: 10_000, step: step, by: stage.viewer)
            var backward: [OutputRow] = []
            while true {
                let page = try await stage.executions.output(
                    run, before: backward.first?.n, limit: 7, step: step, by: stage.viewer)
                if page.isEmpty { break }
                backward = page + backward
            }
            #expect(backward == forward && !forward.isEmpty)
            var paged: [OutputRow] = []
            while true {
                let page = try await stage.executions.output(
                    run, after: paged.last?.n ?? 0, limit: 7, step: step, by: stage.viewer)
                if page.isEmpty { break }
                paged += page
            }
            #expect(paged == forward)
        }
    }
}
