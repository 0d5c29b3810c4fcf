import Essentials
import RunbookFormat
import Testing

@testable import Executions

/// What an act does in every state of a run (rows) and of the step that it is about (columns), as a grid of letters.
///
/// The legend says for each letter what the run and its step become, or the refusal: `RUN` and `STEP` are the states before.
struct TransitionTable: Sendable, CustomTestStringConvertible {
    enum Act: String, Sendable, CaseIterable {
        case cancel
        case resume
        case resumeSucceeded = "resume, it has succeeded"
        case resumeFailed = "resume, it has failed"
        case resumeRerun = "resume, run it again"
        case resumeFrom = "resume from the step"
        case skip
        case approve
        case reject
        case confirm

        func perform(on run: ID<RunRecord>, _ executions: Executions, by principal: Principal) async throws {
            switch self {
            case .cancel: _ = try await executions.cancel(run, by: principal)
            case .resume: _ = try await executions.resume(run, verdict: nil, note: nil, by: principal)
            case .resumeSucceeded: _ = try await executions.resume(run, verdict: .succeeded, note: nil, by: principal)
            case .resumeFailed: _ = try await executions.resume(run, verdict: .failed, note: nil, by: principal)
            case .resumeRerun: _ = try await executions.resume(run, verdict: .rerun, note: nil, by: principal)
            case .resumeFrom:
                _ = try await executions.resume(run, from: "one", verdict: nil, note: nil, by: principal)
            case .skip: _ = try await executions.skip(run, step: "one", note: "not today", by: principal)
            case .approve: _ = try await executions.approve(run, step: "one", by: principal)
            case .reject: _ = try await executions.reject(run, step: "one", by: principal)
            case .confirm: _ = try await executions.confirm(run, step: "one", note: "as agreed", by: principal)
            }
        }
    }

    enum Kind: String, Sendable, CaseIterable {
        case shell
        case approval
        case manual
        case confirmation
        case wait

        var fence: String {
            switch self {
            case .shell: "```sh {name=one}\ntrue\n```"
            case .approval: "```approval {name=one}\nShip it?\n```"
            case .manual: "```manual {name=one}\nPlug it in.\n```"
            case .confirmation: "```sh {name=one confirm=\"Wipe it?\"}\ntrue\n```"
            case .wait: "```wait {name=one for=24h}\nWatch.\n```"
            }
        }
    }

    let act: Act
    let kind: Kind
    let grid: String

    var testDescription: String { "\(act.rawValue): \(kind.rawValue)" }

    /// The short names of the columns and rows, each state once: a new one has no place until it is given a letter here.
    static func heading(_ state: StepState) -> String {
        switch state {
        case .queued: "que"
        case .running: "run"
        case .waiting: "wai"
        case .succeeded: "suc"
        case .failed: "fai"
        case .timedOut: "tim"
        case .cancelled: "can"
        case .skipped: "ski"
        case .rejected: "rej"
        case .unknown: "unk"
        }
    }

    /// A grid as the tables have it.
    static func drawn(_ cells: [(RunState, [String])]) -> String {
        let width = 13
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        let head = padded("", width) + StepState.allCases.map(heading).joined(separator: " ")
        let rows = cells.map { run, letters in
            let row = padded(run.rawValue, width) + letters.map { padded($0, 4) }.joined()
            return row.trimmed
        }
        return ([head] + rows).joined(separator: "\n")
    }
}
