package import Essentials
import Foundation
import Journal
import RunbookFormat
import Storage

/// A deployment that somebody else made, as a pipeline tells of it.
package struct RecordOrder: Sendable, Equatable {
    package var service: String
    package var environment: String
    package var version: String
    package var commit: String?
    package var strategy: Strategy?
    package var reason: String?
    /// `running`, `succeeded`, `failed`, `rolled-back` or `aborted`.
    package var state: DeploymentState
    package var started: Timestamp?
    package var finished: Timestamp?
    /// What the pipeline calls it: telling of it again tells of the same one.
    package var externalID: String?

    package init(service: String, environment: String, version: String, state: DeploymentState = .succeeded) {
        self.service = service
        self.environment = environment
        self.version = version
        self.state = state
    }

    package static let states: [DeploymentState] = [.running, .succeeded, .failed, .rolledBack, .aborted]
}

/// What became of what was recorded.
package enum Recording: Sendable, Equatable {
    case new
    case changed
    /// It was known already.
    case same
}

extension DeploymentState {
    /// Whether one that was made elsewhere may be told to have come from this state to another.
    package func mayBeRecordedAs(_ next: DeploymentState) -> Bool {
        switch (self, next) {
        case (_, _) where self == next: true
        case (.running, .succeeded), (.running, .failed), (.running, .rolledBack), (.running, .aborted): true
        case (.succeeded, .rolledBack), (.failed, .rolledBack): true
        default: false
        }
    }
}

extension Deployments {
    /// The clocks of pipelines are not ours.
    private static let tolerance = Duration.seconds(300)

    /// Takes in a deployment that was made elsewhere, at its start, its end or both at once. With an `externalID` it is
    /// known again: the same told twice is one deployment, and what is told later changes its state.
    /// - Throws: `Problem.conflict` when another one is under way there, or when the same is told with another version or a
    ///   state that can't follow.
    package func record(
        _ order: RecordOrder, by principal: Principal
    ) async throws -> (record: DeploymentRecord, recording: Recording) {
        try principal.require(.operate, to: "record deployments")
        let now = time.now()
        let particulars = try Self.check(order, now: now)
        return try await database.write { transaction in
            var known: DeploymentFacts?
            if let external = order.externalID {
                known = try transaction.first(
                    """
                    \(DeploymentFacts.select) WHERE service = \(particulars.service)
                        AND environment = \(particulars.environment) AND external_id = \(external)
                    """)
            }
            if let known {
                let recording = try change(known, to: order, particulars, at: now, by: principal, in: transaction)
                return (try Self.record(known.id, in: transaction), recording)
            }
            if order.state.isUnfinished {
                try Self.refuseSecond(
                    service: particulars.service, environment: particulars.environment, in: transaction)
            }
            let id = try insert(order, particulars, at: now, by: principal, in: transaction)
            return (try Self.record(id, in: transaction), .new)
        }
    }

    private static func check(_ order: RecordOrder, now: Timestamp) throws(Problem) -> Particulars {
        var fields: [Problem.Field] = []
        if !RecordOrder.states.contains(order.state) {
            fields.append(
                .init(name: "state", message: RecordOrder.states.map(\.rawValue).joined(separator: ", ")))
        }
        let latest = now.advanced(by: tolerance)
        for (name, time) in [("started", order.started), ("finished", order.finished)] {
            if let time, time > latest { fields.append(.init(name: name, message: "a time that has come")) }
        }
        if let started = order.started, let finished = order.finished, finished < started {
            fields.append(.init(name: "finished", message: "a time that is not before \"started\""))
        }
        if order.finished != nil, order.state.isUnfinished {
            fields.append(.init(name: "finished", message: "absent, as long as the deployment is running"))
        }
        if let external = order.externalID,
            external.trimmed.isEmpty || external.utf8.count > 200
                || external.unicodeScalars.contains(where: \.isControl)
        {
            fields.append(.init(name: "external_id", message: "one line of at most 200 bytes"))
        }
        return try Particulars(
            service: order.service, environment: order.environment, version: order.version, commit: order.commit,
            reason: order.reason, besides: fields)
    }

    private func insert(
        _ order: RecordOrder, _ particulars: Particulars, at now: Timestamp, by principal: Principal,
        in transaction: Transaction
    ) throws -> ID<DeploymentRecord> {
        let id = ID<DeploymentRecord>(at: now)
        let isOver = !order.state.isUnfinished
        let finished = isOver ? order.finished ?? now : nil
        let started = order.started ?? finished ?? now
        let previous = try Self.goodVersion(
            service: particulars.service, environment: particulars.environment, in: transaction)
        try transaction.execute(
            """
            INSERT INTO deployments (id, service, environment, version, commit_id, strategy, reason, state, parameters,
                external_id, previous_version, created, started, finished, failed, actor_kind, actor, actor_name, person)
            VALUES (\(id), \(particulars.service), \(particulars.environment), \(particulars.version),
                \(particulars.commit), \(order.strategy ?? .rolling), \(particulars.reason), \(order.state), '{}',
                \(order.externalID), \(previous), \(now), \(min(started, finished ?? started)), \(finished),
                \(Self.failed(order.state, started: started, finished: finished)), \(principal.kind.rawValue),
                \(principal.id), \(principal.name), \(principal.person))
            """)
        try Self.index(try Self.facts(id, in: transaction), in: transaction)
        var details = particulars.details
        details["state"] = .string(order.state.rawValue)
        if let started = order.started { details["started"] = .string(started.rfc3339) }
        if let finished { details["finished"] = .string(finished.rfc3339) }
        if let external = order.externalID { details["external_id"] = .string(external) }
        try journal.append(
            Event(
                "deployment.recorded", on: ObjectReference("deployment", id.rawValue),
                ObjectReference("service", particulars.service), details: details),
            by: principal, in: transaction)
        return id
    }

    private func change(
        _ known: DeploymentFacts, to order: RecordOrder, _ particulars: Particulars, at now: Timestamp,
        by principal: Principal, in transaction: Transaction
    ) throws -> Recording {
        guard known.version == particulars.version else {
            throw Problem.conflict(
                """
                "\(order.externalID ?? "")" is known as the deployment of \(known.version) (deployment \(known.id)), not of \
                \(particulars.version): give each deployment an external_id of its own.
                """)
        }
        guard known.isRecorded, known.state.mayBeRecordedAs(order.state) else {
            throw Problem.conflict(
                """
                \(known.title) is \(known.state.rawValue) already (deployment \(known.id)), and \(order.state.rawValue) can't \
                follow that.
                """)
        }
        guard known.state != order.state else { return .same }
        let started = known.started ?? order.started ?? now
        let finished = max(order.finished ?? now, started)
        let failed = known.failed ?? Self.failed(order.state, started: started, finished: finished)
        try transaction.execute(
            """
            UPDATE deployments SET state = \(order.state), finished = \(finished), failed = \(failed)
            WHERE id = \(known.id)
            """)
        var details: [String: JSONValue] = [
            "version": .string(known.version), "environment": .string(known.environment),
            "finished": .string(finished.rfc3339),
        ]
        if let reason = particulars.reason { details["reason"] = .string(reason) }
        try journal.append(
            Event("deployment.\(order.state.rawValue)", on: known.objects, details: details), by: principal,
            in: transaction)
        return .changed
    }

    /// When it went wrong: at its end; or, where all that is known is that it was taken back, at its start, so that the time
    /// to restore is never told shorter than it was.
    private static func failed(_ state: DeploymentState, started: Timestamp, finished: Timestamp?) -> Timestamp? {
        switch state {
        case .failed: finished
        case .rolledBack: started
        default: nil
        }
    }
}

extension Deployments.Particulars {
    /// As the journal keeps it.
    var details: [String: JSONValue] {
        var details: [String: JSONValue] = ["version": .string(version), "environment": .string(environment)]
        if let commit { details["commit"] = .string(commit) }
        if let reason { details["reason"] = .string(reason) }
        return details
    }
}
