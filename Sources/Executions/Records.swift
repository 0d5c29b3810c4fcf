package import Essentials
package import Foundation
package import Journal
import Storage

/// A run as the database has it, with its steps and their attempts.
package struct RunRecord: Sendable, Equatable {
    package let id: ID<RunRecord>
    package let runbook: String
    package let version: String
    package let section: String?
    package let state: RunState
    package let priority: String
    /// What it is for, such as `incident/01j9…`.
    package let occasions: [ObjectReference]
    /// Sensitive ones are masked.
    package let parameters: [String: String]
    package let placeholders: [String: String]
    package let isCancelling: Bool
    /// What cleans up is being ended too.
    package let isCleanupCancelled: Bool
    package let created: Timestamp
    package let started: Timestamp?
    package let finished: Timestamp?
    package let actorKind: String
    package let actor: String
    package let actorName: String
    /// The person behind the actor, where there is one.
    package let person: String?
    /// The run that started it, with the step of it that did.
    package let parent: ID<RunRecord>?
    package let parentStep: String?
    /// How these stand.
    let parentage: Parentage?
    /// It takes back what its parent did.
    package let isRollback: Bool
    /// The run that takes back what this one did, or tried to.
    package let rollback: ID<RunRecord>?
    package let rollbackState: RunState?
    /// A sentence, where the steps do not say why it ended as it did.
    package let reason: String?
    /// It is the check of a task item.
    let isCheck: Bool
    package let steps: [StepRecord]

    package var reference: String { id.rawValue }

    /// Only steps that run always are left, and one of them is at it: to cancel now ends these too.
    package var isCleaning: Bool {
        !isCleanupCancelled && CancellationRule.isCleaning(standings, cancellation)
    }

    /// Some steps run also after a cancellation.
    package var hasCleanup: Bool { steps.contains { $0.isAlways && $0.state != .succeeded } }

    var cancellation: Cancellation {
        Cancellation(cancelling: isCancelling, cleanupCancelled: isCleanupCancelled)
    }

    /// The steps as far as they decide what happens next.
    var standings: [StepStanding] {
        let places = Dictionary(
            steps.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
        let members = steps.map(\.member)
        let failures = HostFailures(members)
        return zip(steps, members).map { step, member in
            StepStanding(
                state: step.waitsForRun ? .running : step.state, mayFail: step.mayFail,
                isTolerated: member.map(failures.tolerates) ?? false, rollsBack: step.rollsBack,
                isAlways: step.isAlways,
                isBetweenTries: (step.due != nil && !step.isWatching) || (step.state == .queued && step.tries > 0),
                isWatching: step.isWatching,
                isLeftOut: step.isLeftOut, isHeldBack: step.isHeldBack,
                isBackground: step.isBackground, isReady: step.isReady,
                comesAfter: step.comesAfter?.compactMap { places[$0] })
        }
    }

    /// What the events of the run are about.
    var objects: [ObjectReference] {
        [ObjectReference("run", id.rawValue), ObjectReference("runbook", runbook)] + occasions
    }
}

package struct StepRecord: Sendable, Equatable {
    package let id: String
    /// The value that it runs for, where it runs once for each of a list, and the name that the guide has for it.
    package let item: String?
    package let repeats: String?
    /// The machine that it runs on, where that is not the server's own, and how many of its step's may fail.
    package let host: String?
    let maxFailures: Int?
    package let line: Int
    package let state: StepState
    package let outputs: [String: String]
    /// How many tries have failed since somebody last let the run go on, of how many.
    package let tries: Int
    package let triesInAll: Int
    /// When it is tried again.
    package let due: Timestamp?
    /// Until when it waits or must hold; nil for one that is done when it has run once, or has not begun.
    package let until: Timestamp?
    /// A sentence, where the state alone does not say why.
    package let reason: String?
    /// The run that it waits for, or that was its last.
    package let child: ID<RunRecord>?
    /// It runs after a failure and a cancellation too.
    package let isAlways: Bool
    /// After its failure the run goes on.
    package let mayFail: Bool
    /// Its failure takes back what the run did.
    package let rollsBack: Bool
    /// A person has said that it does not run.
    let isLeftOut: Bool
    /// It was left out because the step had failed on too many machines.
    let isHeldBack: Bool
    /// The names of the steps that it comes after; nil for the one before it.
    package let comesAfter: [String]?
    /// It runs beside what follows, and is ended with the run.
    let isBackground: Bool
    let isReady: Bool
    /// What it asks of people; nil for one that runs unasked.
    private(set) package var question: StepQuestion?
    /// How often it has asked: what is done again is approved again.
    let round: Int
    /// Until when it may be approved, while it waits for that.
    package let expires: Timestamp?
    /// How often those who may approve were reminded.
    package let reminded: Int
    package let attempts: [AttemptRecord]

    /// `tried 1 of 3, again at 2026-11-22 05:12:00 UTC`, `0 of 1 approval by an operator`, `after build, test`; nil where it
    /// waits for nothing, or for its turn.
    package var waitsFor: String? {
        if state == .queued, let before = comesAfter, !before.isEmpty {
            let more = before.count > 8 ? " and \(before.count - 7) more" : ""
            return "after " + before.prefix(more.isEmpty ? 8 : 7).joined(separator: ", ") + more
        }
        guard state == .waiting else { return nil }
        if waitsForRun, let child { return "run \(child)" }
        guard let due else {
            return question.map { "\($0.sentence)\(expires.map { ", until \(Self.words($0))" } ?? "")" }
        }
        if isWatching, let until {
            return due == until
                ? "until \(Self.words(until))" : "to hold until \(Self.words(until)), again at \(Self.words(due))"
        }
        return "tried \(tries) of \(triesInAll), again at \(Self.words(due))"
    }

    /// The same, with those counted who may still approve it, where it waits for that.
    func counting(starters: [String?], in reader: Reader) throws -> StepRecord {
        guard state == .waiting, let question else { return self }
        var record = self
        record.question = try question.counting(starters: starters, in: reader)
        return record
    }

    /// As one of the machines that its step runs on.
    var member: HostFailures.Member? {
        guard let host, let repeats, let maxFailures else { return nil }
        return HostFailures.Member(step: repeats, host: host, most: maxFailures, state: state)
    }

    /// What it runs for, where its name does not say it.
    package var unnamedItem: String? { item.flatMap { id.hasSuffix("@\($0)") ? nil : $0 } }

    /// It waits for a time, or until it is looked at again, and nothing of it has failed.
    package var isWatching: Bool { state == .waiting && due != nil && until != nil && tries == 0 }

    /// It is as good as running: what it waits for is under way.
    package var waitsForRun: Bool { state == .waiting && due == nil && child != nil }

    private static func words(_ time: Timestamp) -> String {
        let text = time.rfc3339
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8)) UTC"
    }
}

package struct AttemptRecord: Sendable, Equatable, Decodable {
    package let id: ID<AttemptRecord>
    package let step: String
    package let number: Int
    package let state: AttemptState
    package let exit_status: Int?
    package let signal: Int?
    /// A sentence, where the state alone does not say why.
    package let reason: String?
    package let created: Timestamp
    package let started: Timestamp?
    package let finished: Timestamp?
    package let launch: Int
    package let output_cut: Bool
    package let output_may_end_early: Bool
    /// When its output was removed, for it was too old, or there was too much.
    package let output_expired: Timestamp?
}

/// A run in a list.
package struct RunSummaryRecord: Sendable, Decodable {
    package let id: ID<RunRecord>
    package let runbook: String
    package let version: String
    package let section: String?
    package let state: RunState
    package let created: Timestamp
    package let started: Timestamp?
    package let finished: Timestamp?
    package let actor_kind: String
    package let actor: String
    package let actor_name: String
    package let steps_total: Int
    package let steps_done: Int
    package let step: String?
    /// It is the check of a task item.
    package let is_check: Bool

    static let select: SQL = """
        SELECT r.id AS id, r.runbook AS runbook, r.version AS version, r.section AS section, r.state AS state,
            r.created AS created, r.started AS started, r.finished AS finished, r.actor_kind AS actor_kind,
            r.actor AS actor, r.actor_name AS actor_name, r.is_check AS is_check,
            (SELECT count(*) FROM run_steps s WHERE s.run = r.id) AS steps_total,
            (SELECT count(*) FROM run_steps s WHERE s.run = r.id AND s.state IN ('succeeded', 'skipped')) AS steps_done,
            (SELECT s.step FROM run_steps s WHERE s.run = r.id AND s.state NOT IN ('succeeded', 'skipped')
                ORDER BY s.position LIMIT 1) AS step
        FROM runs r
        """
}

/// A stored piece of output: of one stream, as it arrived.
package struct OutputRow: Sendable, Decodable, Equatable {
    package let n: Int
    package let step: String
    /// The attempt's number.
    package let attempt: Int
    /// 1 is standard output, 2 standard error.
    package let stream: Int
    package let time: Timestamp
    package let bytes: Data

    package var text: String { String(decoding: bytes, as: UTF8.self) }
}
