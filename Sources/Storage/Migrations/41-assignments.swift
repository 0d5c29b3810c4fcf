import GRDB

extension Migrations {
    /// Who is to see to an item of a checklist, and of which role whoever settles it must be.
    static func assignItems(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                -- A person, by id, with the name that they had then, and since when.
                ALTER TABLE checklist_items ADD COLUMN assignee TEXT;
                ALTER TABLE checklist_items ADD COLUMN assignee_name TEXT;
                ALTER TABLE checklist_items ADD COLUMN assigned INTEGER;
                ALTER TABLE checklist_items ADD COLUMN role TEXT CHECK (role IN ('operator', 'admin'));
                -- What waits for a person.
                CREATE INDEX checklist_items_by_assignee ON checklist_items (assignee, state, checklist)
                    WHERE assignee IS NOT NULL;
                """)
    }
}
