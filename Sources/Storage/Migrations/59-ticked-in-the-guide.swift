import GRDB

extension Migrations {
    /// Which items of a checklist its guide shows as done already. They begin open all the same; of lists that were started
    /// earlier it is not known.
    static func noteTicksOfGuides(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                ALTER TABLE checklist_items ADD COLUMN pre_ticked INTEGER NOT NULL DEFAULT 0
                    CHECK (pre_ticked IN (0, 1));
                """)
    }
}
