import Essentials
import Testing

@testable import Executions

/// Every act in every state of a run and its step, allowed and refused, through the verbs and on a real database.
@Suite struct TransitionTests {
    @Test(arguments: TransitionTable.all) func `an act does in each state what the table says`(
        _ table: TransitionTable
    ) async throws {
        let stage = try Stage()
        try await stage.store("# Table\n\n\(table.kind.fence)\n\n```sh {name=two}\ntrue\n```\n")
        var cells: [(RunState, [String])] = []
        for run in RunState.allCases {
            var letters: [String] = []
            for step in StepState.allCases { letters.append(try await letter(of: table, run, step, on: stage)) }
            cells.append((run, letters))
        }
        #expect(TransitionTable.drawn(cells) == table.grid)
    }

    private func letter(
        of table: TransitionTable, _ runState: RunState, _ stepState: StepState, on stage: Stage
    ) async throws -> String {
        // The database has no such record, whoever asks.
        if table.kind == .approval, stepState == .skipped {
            await #expect(throws: (any Error).self) { try await stage.run(runState, stepState) }
            return "-"
        }
        let id = try await stage.run(runState, stepState)
        let (before, events) = (try await stage.record(id), try await stage.events())
        var outcome: String
        do {
            try await table.act.perform(on: id, stage.executions, by: stage.operator_)
            let after = try await stage.record(id)
            let isCancelling = after.isCancelling && !before.isCancelling
            outcome = "\(after.state.rawValue)\(isCancelling ? " and ending" : ""), \(after.steps[0].state.rawValue)"
            #expect(after.steps[1].state == .queued)
            #expect((after == before) == (try await stage.events() == events), "what changes is told, and nothing else")
        } catch let problem as Problem {
            #expect(problem.code == .conflict || problem.fields.first?.name == "outcome", "\(problem)")
            outcome = problem.message
            #expect(try await stage.record(id) == before, "a refused act changes nothing")
            #expect(try await stage.events() == events, "a refused act is no event")
        }
        let entry = TransitionTable.legend.first { _, sentence in
            sentence.replacing("RUN", with: runState.rawValue).replacing("STEP", with: stepState.rawValue) == outcome
        }
        return try #require(entry?.letter, "\(table.testDescription), \(runState), \(stepState): \(outcome)")
    }

    @Test func `each act has a table, for each kind of step that it may be about`() {
        let asked: [(TransitionTable.Act, TransitionTable.Kind)] = [
            (.approve, .approval), (.reject, .approval), (.confirm, .manual), (.confirm, .confirmation),
            (.confirm, .wait),
        ]
        let others = TransitionTable.Act.allCases.filter { act in !asked.contains { $0.0 == act } }
        for (act, kind) in asked + others.map({ ($0, .shell) }) {
            #expect(TransitionTable.all.contains { $0.act == act && $0.kind == kind }, "\(act), \(kind)")
        }
    }

    @Test(arguments: TransitionTable.Act.allCases, RunState.allCases)
    func `a viewer may do none of it, whatever the state`(act: TransitionTable.Act, state: RunState) async throws {
        let stage = try Stage()
        try await stage.store("# Table\n\n\(TransitionTable.Kind.shell.fence)\n\n```sh {name=two}\ntrue\n```\n")
        let id = try await stage.run(state, .queued)
        let before = try await stage.record(id)
        let problem = await #expect(throws: Problem.self) {
            try await act.perform(on: id, stage.executions, by: stage.viewer)
        }
        #expect(problem?.code == .forbidden && problem?.message.contains("it needs the permission \"operate\"") == true)
        #expect(try await stage.record(id) == before)
    }

    @Test(arguments: TransitionTable.Kind.allCases)
    func `what waits is answered by the act that it asks for, and by no other`(kind: TransitionTable.Kind) async throws
    {
        let stage = try Stage()
        try await stage.store("# Table\n\n\(kind.fence)\n\n```sh {name=two}\ntrue\n```\n")
        for act in [TransitionTable.Act.approve, .reject, .confirm] {
            let isAsked: Bool =
                switch kind {
                case .shell: false
                case .approval: act != .confirm
                case .manual, .confirmation, .wait: act == .confirm
                }
            let id = try await stage.run(.waiting, .waiting)
            guard !isAsked else {
                try await act.perform(on: id, stage.executions, by: stage.operator_)
                continue
            }
            let problem = await #expect(throws: Problem.self) {
                try await act.perform(on: id, stage.executions, by: stage.operator_)
            }
            let expected =
                switch kind {
                case .shell, .wait: "The run is waiting: no step of it waits for a person."
                case .approval:
                    "one waits for 0 of 1 approval by an operator other than Ada: approve or reject it."
                case .manual: "one waits for a person who does it and says so: confirm it, or cancel the run."
                case .confirmation: "one waits for a person who says that it may begin: confirm it, or cancel the run."
                }
            #expect(problem?.code == .conflict && problem?.message == expected)
        }
    }
}
