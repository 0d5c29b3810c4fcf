package import Executions

/// What happens next in a deployment, from where it and its stages stand alone.
package enum NextMove: Equatable, Sendable {
    /// Nothing by itself.
    case rest
    /// It is this stage's turn: its checklist begins, and its gate may be opened.
    case offer(Int)
    /// This stage's gate is open: its steps run.
    case start(Int)
    case endStage(Int, StageState)
    /// All stages have succeeded.
    case succeed
    /// A stage has failed.
    case fail
    /// Something goes on again, or stands still.
    case become(DeploymentState)
    /// The run that this stage, or the rollback, failed with was resumed.
    case takeUp(Int)
    case takeUpRollback
    case startRollback
    case endRollback(DeploymentState)

    /// A stage, as far as this needs it.
    package struct Stage: Sendable, Equatable {
        package var state: StageState
        package var isGateOpen: Bool
        /// Of its run; nil where it has none yet.
        package var run: RunState?

        package init(_ state: StageState, isGateOpen: Bool = false, run: RunState? = nil) {
            self.state = state
            self.isGateOpen = isGateOpen
            self.run = run
        }
    }

    /// - Parameter rollback: the state of the rollback's run; nil before there is one.
    package static func of(_ state: DeploymentState, stages: [Stage], rollback: RunState? = nil) -> NextMove {
        switch state {
        case .planned, .succeeded, .rolledBack, .aborted: .rest
        case .running, .waiting: ofStages(state, stages)
        case .failed:
            stages.firstIndex { $0.state == .failed && $0.run.map(\.isSettled) == false }.map(NextMove.takeUp) ?? .rest
        case .rollbackFailed: rollback.map(\.isSettled) == false ? .takeUpRollback : .rest
        case .rollingBack: ofRollback(stages, rollback)
        }
    }

    private static func ofStages(_ state: DeploymentState, _ stages: [Stage]) -> NextMove {
        guard let index = stages.firstIndex(where: { $0.state != .succeeded }) else { return .succeed }
        let stage = stages[index]
        switch stage.state {
        case .pending: return .offer(index)
        case .waiting:
            if stage.isGateOpen { return .start(index) }
            return state == .waiting ? .rest : .become(.waiting)
        case .running:
            switch stage.run {
            case .queued, .running: return state == .running ? .rest : .become(.running)
            case .waiting, .interrupted: return state == .waiting ? .rest : .become(.waiting)
            // Without steps there is nothing to wait for.
            case .succeeded, nil: return .endStage(index, .succeeded)
            case .failed, .cancelled, .rejected, .rolledBack: return .endStage(index, .failed)
            }
        case .failed, .skipped, .succeeded: return .fail
        }
    }

    private static func ofRollback(_ stages: [Stage], _ rollback: RunState?) -> NextMove {
        switch rollback {
        // What runs is stopped first: two runs would fight over the same machines.
        case nil: stages.contains { $0.run.map(\.isSettled) == false } ? .rest : .startRollback
        case .succeeded: .endRollback(.rolledBack)
        case .failed, .cancelled, .rejected, .rolledBack: .endRollback(.rollbackFailed)
        case .queued, .running, .waiting, .interrupted: .rest
        }
    }
}
