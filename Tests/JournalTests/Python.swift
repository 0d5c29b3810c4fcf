import Foundation
import Conversations
import Testing

/// Another program, which shares no code with ours: another SQLite, another SHA-256.
enum Python {
    /// - Returns: what it printed, and its exit status.
    static func run(_ arguments: [String], input: String = "") throws -> (output: String, status: Int32) {
        try Conversation.python(arguments, reads: Array(input.utf8)).finish()
    }

    /// Runs SQL on a database file with neither foreign keys nor checks; with `triggers` false, without the journal's
    /// triggers too: what somebody can do who has the file.
    /// - Returns: what the database said when it refused; empty otherwise.
    @discardableResult
    static func sql(_ script: String, on path: String, triggers: Bool = false) throws -> String {
        let program = """
            import sqlite3, sys
            database = sqlite3.connect(sys.argv[1], isolation_level=None)
            database.execute("PRAGMA ignore_check_constraints = ON")
            if sys.argv[2] == "without":
                for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
                    database.execute("DROP TRIGGER " + name)
            try:
                database.executescript(sys.stdin.read())
            except sqlite3.Error as error:
                print(error)
            """
        let (output, status) = try run(["-c", program, path, triggers ? "with" : "without"], input: script)
        try #require(status == 0)
        return output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
