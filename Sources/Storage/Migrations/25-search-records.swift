import GRDB

extension Migrations {
    /// What people noted and what steps printed is found too, each in an index of its own: a thousand runs that print a
    /// word must not hide the guide about it, and an erasure works through what people wrote alone.
    ///
    /// Both are filled by a reaction, which begins with the first event of the journal.
    static func searchRecords(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                -- Of a note the event that it was written with.
                ALTER TABLE search_entries ADD COLUMN seq INTEGER;
                CREATE INDEX search_entries_by_seq ON search_entries (seq) WHERE seq IS NOT NULL;
                CREATE VIRTUAL TABLE search_notes USING fts5 (
                    text, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'
                );
                CREATE VIRTUAL TABLE search_notes_vocabulary USING fts5vocab (search_notes, instance);
                CREATE VIRTUAL TABLE search_output USING fts5 (
                    text, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'
                );
                CREATE VIRTUAL TABLE search_output_vocabulary USING fts5vocab (search_output, instance);

                -- An index keeps words of rows that are gone until it is put together anew.
                CREATE TRIGGER search_forgets AFTER UPDATE ON journal_data WHEN NEW.data IS NULL AND OLD.data IS NOT NULL
                BEGIN
                    DELETE FROM search_notes WHERE rowid IN (SELECT n FROM search_entries WHERE seq = NEW.seq);
                    DELETE FROM search_entries WHERE seq = NEW.seq;
                    INSERT INTO search_notes (search_notes) VALUES ('optimize');
                END;

                INSERT INTO cursors (name, seq) VALUES ('search', 0);
                """)
    }
}
