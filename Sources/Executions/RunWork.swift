import Accounts
import Essentials
import Foundation
import Journal
import Processes
import RunbookFormat
import Runbooks
import Storage

/// A run while it is carried out: what was fixed when it was accepted.
struct RunWork: Sendable {
    let id: ID<RunRecord>
    let runbook: String
    let guide: Guide
    let parameters: [String: String]
    let placeholders: [String: String]
    let priority: String
    /// In whose name it runs.
    let starter: Principal
    let parent: ID<RunRecord>?
    /// What its steps run, by step.
    let calls: [String: (pin: PinnedCall, guide: Guide)]
    /// What takes back what it did.
    let rollback: (pin: PinnedCall, guide: Guide)?
    /// Values that never appear in stored output.
    let secrets: [String]
    let cancellation: Cancellation
    /// Its steps run one after the other and nothing else: what comes next follows from a single one of them.
    let isPlain: Bool
    /// By the clock as it is now.
    let began: Timestamp?
    let occasions: [ObjectReference]
    /// Those that run for a value of a list, by their names.
    private let repeated: [String: Step]
    private let executions: Executions

    init(_ id: ID<RunRecord>, of executions: Executions) async throws {
        self.id = id
        self.executions = executions
        struct Call: Decodable { let step: String, call: String }
        struct Found {
            let row: RunRow
            let began: Int64?
            let occasions: [ObjectReference]
            let calls: [Call]
        }
        let found: Found? = try await executions.database.read { reader in
            guard let row: RunRow = try reader.first(RunRow.select + " WHERE id = \(id)") else { return nil }
            return Found(
                row: row, began: try reader.integer("SELECT started + clock_shift FROM runs WHERE id = \(id)"),
                occasions: try Executions.occasions(of: id, in: reader),
                calls: try reader.all("SELECT step, call FROM run_steps WHERE run = \(id) AND call IS NOT NULL"))
        }
        guard let found else { throw Executions.unknown(id) }
        let row = found.row
        occasions = found.occasions
        priority = row.priority
        parent = row.parent
        starter = Principal(
            kind: Principal.Kind(rawValue: row.actor_kind) ?? .system, id: row.actor, name: row.actor_name,
            permissions: [.read, .operate], via: .system, person: row.person)
        var calls: [String: (pin: PinnedCall, guide: Guide)] = [:]
        for call in found.calls {
            let pin = try PinnedCall.reading(call.call)
            calls[call.step] = (pin, try await executions.catalogue.guide(version: pin.version, of: pin.runbook))
        }
        self.calls = calls
        if let text = row.rollback {
            let pin = try PinnedCall.reading(text)
            rollback = (pin, try await executions.catalogue.guide(version: pin.version, of: pin.runbook))
        } else {
            rollback = nil
        }
        runbook = row.runbook
        guide = try await executions.catalogue.guide(version: row.version, of: row.runbook)
        placeholders = try Executions.strings(row.placeholders)
        repeated = try await executions.repeatedSteps(of: id, guide)
        isPlain = guide.steps.allSatisfy(\.isPlain)
        cancellation = Cancellation(cancelling: row.cancelling, cleanupCancelled: row.cleanup_cancelled)
        began = found.began.map(Timestamp.init(microseconds:))
        var parameters = try Executions.strings(row.parameters)
        var secrets: [String] = []
        if let sealed = row.sealed {
            let json = try executions.sealing.open(sealed, context: "run/\(id)")
            for (name, value) in try Executions.strings(String(decoding: json, as: UTF8.self)) {
                parameters[name] = value
                secrets.append(value)
            }
        }
        self.parameters = parameters
        self.secrets = secrets
    }

    /// What the events of its steps are about.
    var stepObjects: [ObjectReference] { [ObjectReference("run", id.rawValue), ObjectReference("runbook", runbook)] }

    /// What the events of the run itself are about.
    var objects: [ObjectReference] { stepObjects + occasions }

    func step(_ id: String) throws(Problem) -> Step {
        guard let step = guide.steps.first(where: { $0.id == id }) ?? repeated[id] else {
            throw .notFound("The runbook's version has no step \(id).")
        }
        return step
    }

    /// With what its gaps were filled with.
    func script(of step: Step) -> String { step.script(filledWith: placeholders) }

    /// How long the run has lasted.
    func age(of start: StepStart, at now: Timestamp) -> Duration {
        (start.runBegan ?? began)?.duration(to: now) ?? .zero
    }

    func files(_ attempt: ID<AttemptRecord>, launch: Int) -> StepFiles {
        StepFiles(data: executions.database.folder, run: id, attempt: attempt, launch: launch)
    }

    /// The starts that were recorded and whose ends were not, in the order of the steps.
    func attemptsUnderWay() async throws -> [StepStart] {
        let found = try await executions.database.read { reader -> [(AttemptRecord, Int, [String: String])] in
            let rows: [AttemptRecord] = try reader.all(
                "\(Executions.attempts) WHERE run = \(id) AND state = 'running'")
            guard !rows.isEmpty else { return [] }
            let run = try Executions.record(id, in: reader)
            return try run.steps.enumerated().compactMap { index, step in
                guard let row = rows.first(where: { $0.step == step.id }) else { return nil }
                return (row, index + 1, try executions.handedOn(to: index, of: run, in: reader))
            }
        }
        return try found.map { row, position, handedOn in
            StepStart(
                attempt: row.id, number: row.number, position: position, step: try step(row.step),
                files: files(row.id, launch: row.launch), handedOn: handedOn)
        }
    }

    /// The same attempt in a new folder, after a start that never happened.
    func launchAgain(_ start: StepStart) async throws -> StepStart {
        let launch = try await executions.database.write { transaction in
            try transaction.integer(
                "UPDATE attempts SET launch = launch + 1 WHERE id = \(start.attempt) RETURNING launch")
        }
        guard let launch else { throw Problem.notFound("The attempt \(start.attempt) is not there.") }
        return StepStart(
            attempt: start.attempt, number: start.number, position: start.position, step: start.step,
            files: files(start.attempt, launch: Int(launch)), handedOn: start.handedOn)
    }
}

/// A start of a step, recorded and about to happen.
struct StepStart: Sendable {
    let attempt: ID<AttemptRecord>
    let number: Int
    /// Of the step in its run, from 1.
    let position: Int
    let step: Step
    let files: StepFiles
    /// What earlier steps wrote to `$RUNBOOK_ENV`.
    let handedOn: [String: String]
    /// It was recorded just now: none of its output is stored.
    var isFresh = false
    /// When its run began, by the clock as it is now; else what was known of it when the work on it was taken up.
    var runBegan: Timestamp?
}

/// An attempt that has ended, not yet recorded.
struct FinishedAttempt: Sendable {
    let start: StepStart
    /// Nil when no shim could be started.
    let ending: Ending?
    let reason: String?
    /// Of what no process made.
    var request: RequestEnd?
    var digest = OutputDigest()
    /// The line was seen that the step is watched for.
    var isMet = false
    /// Of a step on another machine.
    var host: HostEnd?

    init(
        start: StepStart, ending: Ending?, reason: String?, digest: OutputDigest = OutputDigest(), isMet: Bool = false,
        host: HostEnd? = nil
    ) {
        self.isMet = isMet
        self.host = host
        self.start = start
        self.ending = ending
        self.reason = reason
        self.digest = digest
    }

    init(start: StepStart, end: RequestEnd, digest: OutputDigest = OutputDigest()) {
        self.init(start: start, ending: nil, reason: nil, digest: digest)
        request = end
    }

    var started: Timestamp? { ending?.started ?? request?.started }
    var finished: Timestamp? { ending?.finished ?? request?.finished }

    var files: StepFiles { start.files }
}
