import GRDB

extension Migrations {
    /// What a commit costs is the pages that it writes: 15 µs each, beside 150 for the sync. An event wrote one for an index
    /// of its objects by number, which stand in its body too. An incident wrote one for each of five indexes, which one
    /// serves, read once for each state and severity.
    static func dropIndexes(_ connection: GRDB.Database) throws {
        try connection.execute(
            sql: """
                DROP INDEX journal_objects_by_seq;
                DROP INDEX incidents_by_state;
                DROP INDEX incidents_by_severity;
                DROP INDEX incidents_by_severity_and_state;
                DROP INDEX incidents_open;
                DROP INDEX incidents_burning;
                DROP INDEX incident_services_by_incident;
                CREATE INDEX incidents_by_state ON incidents (state, severity, id);
                """)
    }
}
