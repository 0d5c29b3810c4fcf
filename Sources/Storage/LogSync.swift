import CLogVFS
import GRDB

/// The moment of a commit at which the disk is at work and this thread would only wait for it.
enum LogSync {
    private final class Act {
        let run: () -> Void
        init(_ run: @escaping () -> Void) { self.run = run }
    }

    /// For every connection of this program: hands the log's frames over together (decision 0026).
    static let registration = ResultCode(rawValue: runbook_log_vfs_register())

    /// Commits.
    /// - Parameter act: done once the disk has begun to write, where the commit comes so far; to wake another thread takes as
    ///   long as a tenth of the sync.
    static func commit(on connection: GRDB.Database, meanwhile act: @escaping () -> Void) throws {
        let held = Act(act)
        runbook_log_vfs_meanwhile(
            { act in act.map { Unmanaged<Act>.fromOpaque($0).takeUnretainedValue().run() } },
            Unmanaged.passUnretained(held).toOpaque())
        defer {
            withExtendedLifetime(held) {}
            runbook_log_vfs_meanwhile(nil, nil)
        }
        try connection.cachedStatement(sql: "COMMIT").execute()
    }
}
