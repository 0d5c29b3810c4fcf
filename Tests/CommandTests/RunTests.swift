import API
import Essentials
import Foundation
import Testing

@testable import runbook

@Suite struct RunTargetTests {
    @Test(arguments: [
        ("deploy", RunTarget.runbook("deploy", section: nil)),
        ("accunode/deploy#rollback", .runbook("accunode.deploy", section: "rollback")),
        ("accunode.deploy#", .runbook("accunode.deploy", section: nil)),
        ("there.txt", .file("there.txt", section: nil)), ("there.txt#main", .file("there.txt", section: "main")),
        ("odd#name.txt", .file("odd#name.txt", section: nil)), ("missing.md", .file("missing.md", section: nil)),
        ("missing.markdown#s", .file("missing.markdown", section: "s")),
    ])
    func `a target is a file where there is one, else a runbook`(text: String, target: RunTarget) {
        #expect(RunTarget(text, isFile: { ["there.txt", "odd#name.txt"].contains($0) }) == target)
    }
}

@Suite struct MissingValuesTests {
    private let runbook: JSONValue = [
        "steps": [["placeholders": ["<pod>", "YOUR_HOST"]]],
        "metadata": ["parameters": ["version": ["type": "string"], "key": ["sensitive": true]]],
    ]

    private func questions(_ fields: Problem.Field..., code: Problem.Code = .invalid) -> [MissingValues.Question]? {
        MissingValues(of: Problem(code, "No.", fields: fields), runbook: runbook)?.questions
    }

    @Test func `parameters and placeholders are told apart by the runbook`() {
        let asked = questions(
            .init(name: "version", message: "is missing"), .init(name: "key", message: "is missing"),
            .init(name: "<pod>", message: "is unfilled", line: 4),
            .init(name: "YOUR_HOST", message: "is unfilled", line: 5))
        #expect(
            asked?.map(\.kind) == [
                .parameter(isSensitive: false), .parameter(isSensitive: true), .placeholder, .placeholder,
            ])
        #expect(asked?[2].words == "<pod>, line 4 (is unfilled)")
    }

    @Test func `a placeholder at several lines is asked for once`() {
        let asked = questions(.init(name: "<pod>", message: "a", line: 4), .init(name: "<pod>", message: "b", line: 9))
        #expect(asked?.count == 1)
    }

    @Test func `where something else is wrong too, nothing is asked`() {
        #expect(questions(.init(name: "version", message: "a"), .init(name: "section", message: "b")) == nil)
        #expect(questions() == nil)
        #expect(questions(.init(name: "version", message: "a"), code: .conflict) == nil)
    }
}

@Suite struct StepWindowTests {
    @Test(arguments: 0..<60)
    func `a long list is cut to its height around the step where things stand`(current: Int) {
        let states = (0..<60).map { $0 < current ? "succeeded" : $0 == current ? "running" : "queued" }
        let window = StepWindow(states: states, height: 8)
        #expect(window.range.count == 8 && window.range.contains(current))
        #expect(window.before + 8 + window.after == 60 && window.before == window.range.lowerBound)
    }

    @Test func `a short list is whole`() {
        #expect(StepWindow(states: ["queued", "queued"], height: 3).range == 0..<2)
        #expect(StepWindow(states: [], height: 3).range.isEmpty)
    }
}

@Suite struct WordingTests {
    @Test(arguments: [
        (Duration.milliseconds(-5), "0.0 s"), (.milliseconds(349), "0.3 s"), (.seconds(9.99), "9.9 s"),
        (.seconds(12), "12 s"),
        (.seconds(60), "1 min 00 s"), (.seconds(3599), "59 min 59 s"), (.seconds(7380), "2 h 03 min"),
    ])
    func `durations read well`(duration: Duration, words: String) {
        #expect(Wording.duration(duration) == words)
    }

    @Test func `a time is in UTC to the second, and what is none stays`() {
        #expect(Wording.moment("2026-01-19T08:30:05.123456Z") == "2026-01-19 08:30:05Z")
        #expect(Wording.moment("2026-01-19T09:30:05+01:00") == "2026-01-19 08:30:05Z")
        #expect(Wording.moment("soon") == "soon")
    }
}

@Suite struct ConclusionTests {
    private func run(_ state: RunState, steps: [RunStep] = []) -> Run {
        Run(
            id: "01r", runbook: "deploy", version: "ab", section: "main", state: state.rawValue, priority: "default",
            parameters: [:], created: "2026-01-19T08:30:00Z", started: "2026-01-19T08:30:00Z",
            finished: "2026-01-19T08:30:02Z", by: .init(kind: "person", id: "1", name: "ada"), steps: steps)
    }

    private func step(_ id: String, _ state: String, exit status: Int?) -> RunStep {
        RunStep(
            id: id, state: state, line: 3,
            attempts: [
                RunAttempt(
                    number: 1, state: state, exit_status: status, signal: nil, reason: nil, started: nil, finished: nil,
                    output_cut: false, output_may_end_early: false)
            ])
    }

    @Test func `a failed run names the step, the cause and how to go on`() {
        let run = run(.failed, steps: [step("a", "succeeded", exit: 0), step("b", "failed", exit: 3)])
        #expect(
            run.conclusion
                == "run 01r of deploy#main failed at step b after 2.0 s: exit status 3; "
                + "go on from there: runbook runs resume 01r"
        )
    }

    @Test func `an interrupted run asks for a verdict on its step`() {
        let conclusion = run(.interrupted, steps: [step("b", "unknown", exit: nil)]).conclusion
        #expect(conclusion.contains("how step b ended") && conclusion.contains("--outcome succeeded|failed|rerun"))
    }

    @Test(arguments: RunState.allCases)
    func `every state has its sentence on one line`(state: RunState) {
        #expect(run(state).conclusion.hasPrefix("run 01r of deploy#main "))
        #expect(!run(state).conclusion.contains("\n"))
    }
}
