import Essentials
import Executions
import Storage

extension Installation {
    /// Lets a run have been taken back by another one, so that it may be `rolled-back`.
    func takeBack(_ run: ID<RunRecord>) async throws {
        let back = try await queuedRun()
        try await executions.database.write { transaction in
            try transaction.execute(
                """
                UPDATE runs SET state = 'succeeded', parent = \(run), parent_step = 'first', is_rollback = 1
                WHERE id = \(back)
                """)
            try transaction.execute("UPDATE runs SET rollback_run = \(back) WHERE id = \(run)")
        }
    }
}
