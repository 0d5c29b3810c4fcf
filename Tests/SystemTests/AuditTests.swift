import Foundation
import Testing

/// One change behind the server's back.
struct Tampering: Sendable, CustomTestStringConvertible {
    let what: String
    let sql: String
    /// The query that gives the event that must be named, asked after the change.
    let event: String
    var needsHead = false

    var testDescription: String { what }

    private static let output = """
        SELECT j.seq FROM journal j JOIN journal_data d ON d.seq = j.seq WHERE j.kind = 'step.finished' ORDER BY j.seq LIMIT 1
        """
    private static let last = "SELECT max(seq) FROM journal"

    private static func journal(_ column: String, _ value: String) -> Tampering {
        Tampering(
            what: "journal.\(column)", sql: "UPDATE journal SET \(column) = \(value) WHERE seq = 3", event: "SELECT 3")
    }

    private static func data(_ column: String, _ value: String, at seq: String = "3") -> Tampering {
        Tampering(
            what: "journal_data.\(column)", sql: "UPDATE journal_data SET \(column) = \(value) WHERE seq = 3",
            event: "SELECT \(seq)")
    }

    private static func stored(_ column: String, _ value: String) -> Tampering {
        Tampering(
            what: "output.\(column)",
            sql: "UPDATE output SET \(column) = \(value) WHERE n = 1 AND run = (SELECT min(run) FROM output)",
            event: output)
    }

    static let all: [Tampering] = [
        journal("seq", "1000"), journal("prev", "zeroblob(32)"), journal("hash", "zeroblob(32)"),
        journal("body", "replace(body, 'T', 't')"), journal("body", "body || ' '"),
        data("seq", "1000"), data("salt", "zeroblob(32)"), data("data", "data || ' '"),
        data("data", "NULL, salt = NULL"),
        Tampering(
            what: "journal_objects.object",
            sql: "UPDATE journal_objects SET object = 'run/x' WHERE seq = (\(output)) AND object LIKE 'run/%'",
            event: output),
        Tampering(
            what: "journal_objects.seq",
            sql: "UPDATE journal_objects SET seq = 1 WHERE seq = (\(output)) AND object LIKE 'run/%'", event: "SELECT 1"
        ),
        stored("run", "(SELECT max(id) FROM runs)"), stored("n", "1000"),
        stored("attempt", "(SELECT max(id) FROM attempts)"), stored("stream", "3 - stream"), stored("time", "time + 1"),
        stored("bytes", "CAST(replace(CAST(bytes AS TEXT), 'one', 'two') AS BLOB)"),
        stored("bytes", "CAST(bytes || x'00' AS BLOB)"),
        Tampering(what: "an event deleted", sql: "DELETE FROM journal WHERE seq = 3", event: "SELECT 3"),
        Tampering(what: "an event's data deleted", sql: "DELETE FROM journal_data WHERE seq = 3", event: "SELECT 3"),
        Tampering(
            what: "output deleted", sql: "DELETE FROM output WHERE n = 1 AND run = (SELECT min(run) FROM output)",
            event: output),
        Tampering(
            what: "two events swapped",
            sql: """
                UPDATE journal SET seq = -3 WHERE seq = 3; UPDATE journal SET seq = 3 WHERE seq = 4;
                UPDATE journal SET seq = 4 WHERE seq = -3;
                """, event: "SELECT 3"),
        Tampering(
            what: "two pieces of output swapped",
            sql: """
                UPDATE output SET n = -1 WHERE n = 1 AND run = (SELECT min(run) FROM output);
                UPDATE output SET n = 1 WHERE n = 2 AND run = (SELECT min(run) FROM output);
                UPDATE output SET n = 2 WHERE n = -1;
                """, event: output),
        Tampering(
            what: "an event inserted",
            sql: """
                UPDATE journal SET seq = -seq WHERE seq > 3; UPDATE journal SET seq = 1 - seq WHERE seq < 0;
                INSERT INTO journal (seq, prev, hash, body) SELECT 4, hash, randomblob(32), body FROM journal WHERE seq = 3;
                """, event: "SELECT 4"),
        Tampering(
            what: "an event added at the end",
            sql: """
                INSERT INTO journal (seq, prev, hash, body)
                SELECT seq + 1, hash, randomblob(32), body FROM journal ORDER BY seq DESC LIMIT 1
                """, event: "\(last)"),
        Tampering(
            what: "output inserted",
            sql: """
                INSERT INTO output (run, n, attempt, stream, time, bytes)
                SELECT run, 1000, attempt, stream, time, bytes FROM output WHERE run = (SELECT min(run) FROM output) LIMIT 1
                """, event: output),
        Tampering(
            what: "the tail cut",
            sql: """
                DELETE FROM journal_objects WHERE seq > 3; DELETE FROM journal_data WHERE seq > 3;
                DELETE FROM journal WHERE seq > 3; DELETE FROM output;
                """, event: "SELECT 4", needsHead: true),
    ]
}

/// What the journal proves, with the database of real runs, by the program itself and by others.
@Suite(.serialized, .timeLimit(.minutes(5))) struct AuditTests {
    @Test func `each change behind the server's back is found, and names the event`() async throws {
        try await Server.with { server in
            try await server.store(
                "speaking",
                "# Speaking\n\n```sh {name=say}\necho one; sleep 0.05; echo two >&2; sleep 0.05; echo three\n```\n")
            try await server.store("silent", "# Silent\n\n```sh {name=be}\ntrue\n```\n")
            for name in ["speaking", "silent"] { #expect(try await server.runbook("exec", name).status == 0) }
            try await server.end(by: SIGTERM)
            let head = try #require(
                try server.log.split(separator: "\n").last { $0.hasPrefix("journal head ") }?.dropFirst(
                    "journal head ".count))
            let original = server.data + "/runbook.db"
            let untouched = try await server.runbook("audit", "verify", "--database", original, "--head", String(head))
            #expect(untouched.status == 0, "\(untouched.output)\(untouched.error)")

            let copy = server.folder + "/copy.db"
            for tampering in Tampering.all {
                if exists(copy) { try FileManager.default.removeItem(atPath: copy) }
                try FileManager.default.copyItem(atPath: original, toPath: copy)
                let changed = try await Python.sql("PRAGMA foreign_keys = OFF; \(tampering.sql)", on: copy)
                #expect(changed > 0, "\(tampering.what): nothing was changed")
                let event = try await Python.value(tampering.event, of: copy)
                if tampering.needsHead {
                    let without = try await server.runbook("audit", "verify", "--database", copy)
                    #expect(without.status == 0, "\(tampering.what): \(without.output)")
                }
                let verified = try await server.runbook("audit", "verify", "--database", copy, "--head", String(head))
                #expect(verified.status == 1, "\(tampering.what): \(verified.output)\(verified.error)")
                #expect(verified.output.contains("event \(event):"), "\(tampering.what), \(event): \(verified.output)")
            }
        }
    }

    @Test func `an export is verified by twenty lines of Python`() async throws {
        try await Server.with { server in
            try await server.store("speaking", "# Speaking\n\n```sh {name=say}\necho one\n```\n")
            #expect(try await server.runbook("exec", "speaking").status == 0)
            let export = try await server.runbook("audit", "export")
            #expect(export.status == 0)
            let script = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "JournalTests/Independent/verify_export.py").path
            let good = try await Python.run([script], input: export.output)
            #expect(good.status == 0, "\(good.output)\(good.error)")
            let events = try await server.journal()
            #expect(good.output.hasPrefix("good \(events.count) \(try #require(events.last?["hash"].string))"))
            let changed = export.output.replacing("speaking", with: "speeking", maxReplacements: 1)
            #expect(try await Python.run([script], input: changed).status == 1)
        }
    }
}
