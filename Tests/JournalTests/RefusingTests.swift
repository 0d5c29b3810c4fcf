import Journal
import Storage
import Testing

struct `The database itself refuses` {
    @Test(arguments: [
        "UPDATE journal SET body = '{}' WHERE seq = 2",
        "UPDATE journal SET hash = hash",
        "UPDATE OR REPLACE journal SET seq = 2 WHERE seq = 3",
        "DELETE FROM journal WHERE seq = 3",
        "DELETE FROM journal",
        "INSERT OR REPLACE INTO journal (seq, prev, hash, body) SELECT seq, prev, hash, '{}' FROM journal WHERE seq = 2",
        "INSERT OR REPLACE INTO journal (seq, prev, hash, body) SELECT seq, prev, hash, '{}' FROM journal WHERE seq = 3",
        "REPLACE INTO journal (seq, prev, hash, body) SELECT 1, prev, hash, '{}' FROM journal WHERE seq = 1",
        "INSERT INTO journal (seq, prev, hash, body) SELECT 2, prev, hash, '{}' FROM journal WHERE seq = 2 "
            + "ON CONFLICT (seq) DO UPDATE SET body = '{}'",
        "INSERT INTO journal (seq, prev, hash, body) SELECT 5, hash, hash, '{}' FROM journal WHERE seq = 3",
        "INSERT INTO journal (seq, prev, hash, body) SELECT 0, hash, hash, '{}' FROM journal WHERE seq = 3",
        "INSERT INTO journal (seq, prev, hash, body) SELECT 4, prev, hash, '{}' FROM journal WHERE seq = 3",
        "INSERT INTO journal (prev, hash, body) SELECT prev, hash, '{}' FROM journal WHERE seq = 3",
        "UPDATE journal_data SET data = '{}' WHERE seq = 2",
        "UPDATE journal_data SET seq = 9 WHERE seq = 3",
        "UPDATE OR REPLACE journal_data SET seq = 1, salt = NULL, data = NULL WHERE seq = 3",
        "DELETE FROM journal_data WHERE seq = 2",
        "INSERT OR REPLACE INTO journal_data (seq, salt, data) VALUES (2, zeroblob(32), '{}')",
        "INSERT OR REPLACE INTO journal_data (seq, salt, data) VALUES (3, zeroblob(32), '{}')",
        "INSERT INTO journal_data (seq, salt, data) VALUES (4, zeroblob(32), '{}')",
        "UPDATE journal_objects SET object = 'x/1'",
        "DELETE FROM journal_objects",
        "INSERT OR REPLACE INTO journal_objects (object, seq) VALUES ('all/1', 3)",
        "INSERT INTO journal_objects (object, seq) VALUES ('x/1', 2)",
    ])
    func `every change, deletion, replacement and gap, whoever asks`(statement: String) async throws {
        let fixture = try Fixture()
        try await fixture.append(3)
        let before = try await fixture.journal.head()
        let refusal = try Python.sql(statement, on: fixture.path, triggers: true)
        #expect(refusal.contains("journal"), "the database took it")
        let verification = try fixture.verify(anchor: before)
        #expect(verification.fault == nil)
        #expect(verification.events == 3)
    }
}
