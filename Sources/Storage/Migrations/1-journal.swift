import Foundation
import GRDB

extension Migrations {
    /// The journal: a hash chain that the database itself lets nobody change, delete from or leave gaps in.
    ///
    /// Triggers on UPDATE and DELETE alone are not enough: `INSERT OR REPLACE` deletes without firing them as long as
    /// `recursive_triggers` is off. The BEFORE INSERT triggers, which demand the next number, stop it.
    static func createJournal(_ connection: GRDB.Database) throws {
        try connection.execute(sql: "PRAGMA application_id = \(DatabaseFile.applicationID)")
        try connection.execute(
            sql: """
                CREATE TABLE instance (
                    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) >= 26)
                ) STRICT;

                CREATE TABLE journal (
                    seq INTEGER NOT NULL PRIMARY KEY CHECK (seq >= 1),
                    prev BLOB NOT NULL CHECK (length(prev) = 32),
                    hash BLOB NOT NULL CHECK (length(hash) = 32),
                    body TEXT NOT NULL CHECK (json_valid(body)),
                    kind TEXT GENERATED ALWAYS AS (json_extract(body, '$.kind')) VIRTUAL,
                    time TEXT GENERATED ALWAYS AS (json_extract(body, '$.time')) VIRTUAL
                ) STRICT;
                CREATE INDEX journal_by_kind ON journal (kind, seq);

                -- Which events are about an object; made of the bodies, and compared with them by verification.
                CREATE TABLE journal_objects (
                    object TEXT NOT NULL,
                    seq INTEGER NOT NULL REFERENCES journal (seq),
                    PRIMARY KEY (object, seq)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX journal_objects_by_seq ON journal_objects (seq);

                -- Free text, names and addresses, salted; cleared (not deleted) by an erasure.
                CREATE TABLE journal_data (
                    seq INTEGER NOT NULL PRIMARY KEY REFERENCES journal (seq),
                    salt BLOB CHECK (length(salt) = 32),
                    data TEXT,
                    CHECK ((salt IS NULL) = (data IS NULL))
                ) STRICT;

                CREATE TRIGGER journal_grows BEFORE INSERT ON journal
                WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM journal)
                    OR (NEW.seq > 1 AND NEW.prev IS NOT (SELECT hash FROM journal ORDER BY seq DESC LIMIT 1))
                BEGIN SELECT RAISE(ABORT, 'the journal only grows by its next event'); END;
                CREATE TRIGGER journal_stays BEFORE UPDATE ON journal
                BEGIN SELECT RAISE(ABORT, 'the journal is never changed'); END;
                CREATE TRIGGER journal_keeps BEFORE DELETE ON journal
                BEGIN SELECT RAISE(ABORT, 'the journal is never deleted from'); END;

                CREATE TRIGGER journal_objects_grow BEFORE INSERT ON journal_objects
                WHEN NEW.seq IS NOT (SELECT max(seq) FROM journal)
                    OR EXISTS (SELECT 1 FROM journal_objects WHERE object = NEW.object AND seq = NEW.seq)
                BEGIN SELECT RAISE(ABORT, 'the journal only grows by its next event'); END;
                CREATE TRIGGER journal_objects_stay BEFORE UPDATE ON journal_objects
                BEGIN SELECT RAISE(ABORT, 'the journal is never changed'); END;
                CREATE TRIGGER journal_objects_keep BEFORE DELETE ON journal_objects
                BEGIN SELECT RAISE(ABORT, 'the journal is never deleted from'); END;

                CREATE TRIGGER journal_data_grows BEFORE INSERT ON journal_data
                WHEN NEW.seq IS NOT (SELECT max(seq) FROM journal)
                    OR EXISTS (SELECT 1 FROM journal_data WHERE seq = NEW.seq)
                BEGIN SELECT RAISE(ABORT, 'the journal only grows by its next event'); END;
                CREATE TRIGGER journal_data_stays BEFORE UPDATE ON journal_data
                WHEN NEW.seq IS NOT OLD.seq OR NEW.data IS NOT NULL
                BEGIN SELECT RAISE(ABORT, 'journal data is only ever erased whole'); END;
                CREATE TRIGGER journal_data_keeps BEFORE DELETE ON journal_data
                BEGIN SELECT RAISE(ABORT, 'the journal is never deleted from'); END;

                -- A repeated request finds here what it did the first time. The claim stands in the transaction of the
                -- change itself; the answer follows once it is known.
                CREATE TABLE idempotency (
                    actor TEXT NOT NULL,
                    key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
                    fingerprint TEXT NOT NULL,
                    request TEXT NOT NULL,
                    seq INTEGER NOT NULL,
                    created INTEGER NOT NULL,
                    status INTEGER,
                    content_type TEXT,
                    location TEXT,
                    body BLOB,
                    PRIMARY KEY (actor, key)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX idempotency_by_age ON idempotency (created);
                """)
        try connection.execute(sql: "INSERT INTO instance (id) VALUES (?)", arguments: [UUID().uuidString.lowercased()])
    }
}
