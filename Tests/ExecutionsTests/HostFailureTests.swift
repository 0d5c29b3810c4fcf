import Essentials
import Foundation
import Processes
import RunbookFormat
import Testing

@testable import Executions

/// Steps on several machines: how they follow each other, and when one has failed.
@Suite struct HostFailureTests {
    private func member(_ host: String, _ state: StepState, most: Int = 1) -> HostFailures.Member {
        HostFailures.Member(step: "restart", host: host, most: most, state: state)
    }

    @Test func `a step has failed when it failed on more machines than may`() {
        let few = HostFailures([nil, member("a", .failed), member("b", .succeeded), member("c", .queued)])
        #expect(!few.isOver(member("c", .queued)) && few.tolerates(member("a", .failed)))
        #expect(!few.tolerates(member("b", .succeeded)))
        #expect(few.sentence == "restart failed on 1 of 3 hosts, as max-failures=1 allows: a.")
        let many = HostFailures([member("a", .failed), member("b", .timedOut), member("c", .queued)])
        #expect(many.isOver(member("c", .queued)) && !many.tolerates(member("a", .failed)))
        #expect(many.sentence == "restart failed on 2 of 3 hosts, more than max-failures=1 allows: a, b.")
        #expect(HostFailures([nil, member("a", .succeeded)]).sentence == nil)
        let all = HostFailures((1...12).map { member("h\($0)", .failed) })
        #expect(all.sentence?.hasSuffix("h9, h10 and 2 more.") == true)
    }

    @Test func `what is tolerated neither ends the run nor makes it fail nor takes it back`() {
        var steps = [StepStanding(state: .failed), StepStanding(state: .queued)]
        #expect(NextActs.of(steps, .none).settled == .failed)
        steps[0].isTolerated = true
        steps[0].rollsBack = true
        #expect(NextActs.of(steps, .none, rollback: .toCome).starts == [1])
        steps[1].state = .succeeded
        let done = NextActs.of(steps, .none, rollback: .toCome)
        #expect(done.settled == .succeeded && !done.rollsBack)
    }

    @Test func `what was held back has its turn when the run is resumed`() {
        var held = StepStanding(state: .skipped)
        held.isHeldBack = true
        held.comesAfter = []
        let states = Resumption.withWhatFollows(
            [.queued, .skipped, .skipped],
            after: [
                StepStanding(state: .failed, comesAfter: []), held, StepStanding(state: .skipped, comesAfter: []),
            ])
        #expect(states == [.queued, .queued, .skipped])
    }

    @Test func `machines come in batches`() throws {
        let source =
            "```sh {name=a}\ntrue\n```\n\n```sh {name=b hosts=\"p q r s t\" at-once=2}\ntrue\n```\n\n```sh {name=c}\ntrue\n```\n"
        let guide = try Guide(parsing: Array(source.utf8), name: "a")
        let repeated = Repetition(guide.steps, nil, parameters: [:], unknown: [])
        #expect(
            repeated.comesAfter == [
                "a": [], "b@p": ["a"], "b@q": ["a"], "b@r": ["b@p", "b@q"], "b@s": ["b@p", "b@q"],
                "b@t": ["b@r", "b@s"],
                "c": ["b@t"],
            ])
        #expect(repeated.steps.map { $0.host?.name } == [nil, "p", "q", "r", "s", "t", nil])
    }

    @Test func `of a guide with a limit on machines a run is limited on those that its steps name`() throws {
        let source = """
            ---
            concurrency: {limit: 2, of: host}
            parameters:
              targets: {type: string}
            ---
            ```sh {name=a hosts="root@Web-1:2222 web-1 [::1]"}
            true
            ```

            ```sh {name=b hosts=targets}
            true
            ```

            """
        let guide = try Guide(parsing: Array(source.utf8), name: "a")
        let steps = Repetition(guide.steps, nil, parameters: ["targets": "db"], unknown: []).steps
        #expect(
            RunLimit.onHosts(guide.metadata, steps: steps)
                == ["host/::1", "host/db", "host/web-1"].map { RunLimit(key: $0, most: 2) })
        #expect(RunLimit(guide.metadata, runbook: "a") == nil)
        #expect(
            WaitReason.limit(
                RunLimit(key: "host/web-1", most: 1), runbook: "a", holders: [.init(id: ID("01j9"), runbook: "b")],
                count: 1
            ).sentence == "On the host web-1 at most one run goes at a time: run 01j9 of b is under way.")
        var order = RunOrder(runbook: "a", section: nil, priority: nil)
        order.unknownParameters = ["targets"]
        #expect(throws: Problem.self) {
            try RunPlan(order, runbook: "a", version: "v", guide: guide, searchPath: "/usr/bin:/bin")
        }
    }

    @Test(arguments: [
        ("connecting\n", 255, AttemptState.failed, "Nothing ran on web-1, which could not be reached: ssh: no route"),
        ("refused there is no folder /x\n", 255, .failed, "Nothing ran on web-1: there is no folder /x."),
        (
            "began\n", 255, .unknown,
            "The connection to web-1 broke while the step ran, and nobody knows how far it came: ssh: no route"
        ),
        (
            "began\nting\n", 0, .unknown,
            "The connection to web-1 broke while the step ran, and nobody knows how far it came: ssh: no route"
        ),
        (
            "", 255, .unknown,
            "The connection to web-1 broke while the step ran, and nobody knows how far it came: ssh: no route"
        ),
        ("ended 3\n", 3, .failed, ""), ("ended 0\n", 0, .succeeded, ""),
    ])
    func `how far it came there decides what its end means`(
        note: String, status: Int32, state: AttemptState, reason: String
    ) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/host-end-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data(note.utf8).write(to: URL(filePath: folder + "/host"))
        try Data("Warning: x\nssh: no route\r\n".utf8).write(to: URL(filePath: folder + "/ssh"))
        let end = HostEnd(host: "web-1", folder: folder)
        let judged = end.end(.exited(status)) ?? AttemptEnd(.exited(status), reason: nil, fault: nil)
        #expect(judged.state == state && (judged.reason ?? "") == reason)
        let stopped = end.end(.stopped) ?? AttemptEnd(.stopped, reason: nil, fault: nil)
        #expect(stopped.state == .cancelled)
        #expect((stopped.reason?.contains("has not said") == true) == (state == .unknown))
    }
}
