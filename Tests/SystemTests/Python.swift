import Foundation
import Testing

/// Python's own libraries, which share no code with the server.
enum Python {
    static func run(_ arguments: [String], input: String = "") async throws -> Finished {
        let log = FileManager.default.temporaryDirectory.path + "/runbook-python-" + UUID().uuidString
        let child = try Child(
            try #require(Programs.find("python3"), "install python3"), arguments, environment: [:], input: input,
            log: log, directory: "/")
        let ending = try await child.ending
        guard case .exited(let status) = ending else { throw Server.Refused(words: "python3: \(ending)") }
        defer {
            for suffix in [".in", ".out", ".err"] { unlink(log + suffix) }
        }
        return Finished(status: status, output: try child.output, error: try child.error)
    }

    /// Changes a database behind its program's back: without its triggers, its foreign keys and its checks.
    /// - Returns: how many rows it changed.
    @discardableResult
    static func sql(_ statements: String, on database: String) async throws -> Int {
        let script = """
            import sqlite3, sys
            database = sqlite3.connect(sys.argv[1])
            database.execute("PRAGMA ignore_check_constraints = ON")
            for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
                database.execute("DROP TRIGGER " + name)
            before = database.total_changes
            database.executescript(sys.argv[2])
            database.commit()
            print(database.total_changes - before, end="")
            """
        let finished = try await run(["-c", script, database, statements])
        try #require(finished.status == 0, "\(finished.error)")
        return try #require(Int(finished.output))
    }

    /// One value.
    static func value(_ query: String, of database: String) async throws -> String {
        let script =
            "import sqlite3, sys\nprint(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0], end='')"
        let finished = try await run(["-c", script, database, query])
        try #require(finished.status == 0, "\(finished.error)")
        return finished.output
    }
}
