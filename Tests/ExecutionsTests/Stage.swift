import Accounts
import Essentials
import Foundation
import Journal
import RunbookFormat
import Runbooks
import Storage
import Testing

@testable import Executions

/// Runs in a database of their own, put into any state, with no engine that would go on with them.
final class Stage: Sendable {
    let folder: String
    let database: Database
    let journal: Journal
    let executions: Executions
    private let catalogue: Catalogue

    let starter = Principal(kind: .person, id: "ada", name: "Ada", permissions: Set(Permission.allCases), via: .api)
    let operator_ = Principal(kind: .person, id: "bo", name: "Bo", permissions: [.read, .operate], via: .api)
    let viewer = Principal(kind: .person, id: "guest", name: "Guest", permissions: [.read], via: .api)

    static let now = Timestamp(microseconds: 1_764_000_000_000_000)

    init(time: TimeSource = .fixed(Stage.now)) throws {
        folder = FileManager.default.temporaryDirectory.path + "/runbook-" + UUID().uuidString.lowercased()
        database = try Database(folder: folder, options: .init(explainer: Explainer()))
        journal = Journal(database: database, time: time)
        catalogue = Catalogue(journal: journal, time: time)
        executions = Executions(
            journal: journal, catalogue: catalogue, sealing: try Sealing(folder: folder),
            searchPath: "/usr/local/bin:/usr/bin:/bin", time: time)
    }

    func store(_ guide: String) async throws {
        _ = try await catalogue.store(Array(guide.utf8), name: "table", by: starter)
    }

    /// A run of which the step `one` stands in this state, and what comes after it is still to come.
    func run(_ state: RunState, _ step: StepState) async throws -> ID<RunRecord> {
        let id = try await executions.start(RunOrder(runbook: "table"), by: starter).id
        // What is rolled back was so by a run that succeeded.
        let wayBack =
            state == .rolledBack ? try await executions.start(RunOrder(runbook: "table"), by: starter).id : nil
        try await database.write { transaction in
            if let wayBack {
                try transaction.execute(
                    """
                    UPDATE runs SET state = 'succeeded', started = \(Self.now), finished = \(Self.now), parent = \(id),
                        parent_step = 'one', is_rollback = 1
                    WHERE id = \(wayBack)
                    """)
            }
            struct Row: Decodable { let asks: String?, lasts: Int64? }
            let row: Row? = try transaction.first(
                "SELECT asks, lasts FROM run_steps WHERE run = \(id) AND step = 'one'")
            if row?.asks == "approval", step == .running || step == .succeeded {
                // A gate opens when somebody has approved, and in no other way.
                try transaction.execute(
                    "UPDATE run_steps SET state = 'waiting' WHERE run = \(id) AND step = 'one'")
                try transaction.execute(
                    """
                    INSERT INTO run_approvals (run, step, round, person, name, time)
                    VALUES (\(id), 'one', 1, 'cy', 'Cy', \(Self.now))
                    """)
            }
            let until = step == .waiting && row?.lasts != nil ? Self.now.advanced(by: .seconds(60)) : nil
            try transaction.execute(
                """
                UPDATE run_steps SET state = \(step), due = \(until), lasts_until = \(until)
                WHERE run = \(id) AND step = 'one'
                """)
            try transaction.execute(
                """
                UPDATE runs SET state = \(state), started = \(state == .queued ? nil : Self.now),
                    finished = \(state.isSettled ? Self.now : nil), rollback_run = \(wayBack)
                WHERE id = \(id)
                """)
        }
        return id
    }

    func record(_ id: ID<RunRecord>) async throws -> RunRecord { try await executions.run(id, by: viewer) }

    /// How many events there are.
    func events() async throws -> Int64 {
        try await database.read { try $0.integer("SELECT max(seq) FROM journal") ?? 0 }
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            Issue.record("\(folder) cannot be removed: \(error)")
        }
    }
}
