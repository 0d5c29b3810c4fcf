import Essentials
import GRDB

/// Every migration, in order. A released one never changes; what is wrong in it is mended by the next.
enum Migrations {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1-journal", migrate: createJournal)
        migrator.registerMigration("2-accounts", migrate: createAccounts)
        migrator.registerMigration("3-runbooks", migrate: createRunbooks)
        migrator.registerMigration("4-executions", migrate: createExecutions)
        migrator.registerMigration("5-run-ends", migrate: indexRunEnds)
        migrator.registerMigration("6-occasions", migrate: createOccasions)
        migrator.registerMigration("7-services", migrate: createServices)
        migrator.registerMigration("8-notifications", migrate: createNotifications)
        migrator.registerMigration("9-checklists", migrate: createChecklists)
        migrator.registerMigration("10-search", migrate: createSearch)
        migrator.registerMigration("11-incidents", migrate: createIncidents)
        migrator.registerMigration("12-deployments", migrate: createDeployments)
        migrator.registerMigration("13-versions", migrate: countVersions)
        migrator.registerMigration("14-folder", migrate: rememberGoneFiles)
        migrator.registerMigration("15-search-folding", migrate: foldSearch)
        migrator.registerMigration("16-places", migrate: rememberPlaces)
        migrator.registerMigration("17-schedules", migrate: createSchedules)
        migrator.registerMigration("20-step-settings", migrate: addStepSettings)
        migrator.registerMigration("21-run-gates", migrate: createRunGates)
        migrator.registerMigration("22-step-graph", migrate: addStepGraph)
        migrator.registerMigration("23-run-queue", migrate: createRunQueue)
        migrator.registerMigration("24-hooks", migrate: createHooks)
        migrator.registerMigration("25-search-records", migrate: searchRecords)
        migrator.registerMigration("35-step-choices", migrate: addStepChoices)
        migrator.registerMigration("36-gate-deadlines", migrate: addGateDeadlines)
        migrator.registerMigration("37-output-retention", migrate: addOutputRetention)
        migrator.registerMigration("38-background-steps", migrate: addBackgroundSteps)
        migrator.registerMigration("40-incident-deployments", migrate: layIncidentsToDeployments)
        migrator.registerMigration("41-assignments", migrate: assignItems)
        migrator.registerMigration("42-abandoned-checklists", migrate: abandonChecklists)
        migrator.registerMigration("43-retried-deliveries", migrate: retryDeliveries)
        migrator.registerMigration("45-search-backlog", migrate: createSearchBacklog)
        migrator.registerMigration("30-waits", migrate: addWaits)
        migrator.registerMigration("31-subruns", migrate: createSubruns)
        migrator.registerMigration("51-rollbacks", migrate: addRollbacks)
        migrator.registerMigration("52-repeated-steps", migrate: addRepeatedSteps)
        migrator.registerMigration("53-output-lines", migrate: countOutputLines)
        migrator.registerMigration("54-hosts", migrate: addHosts)
        migrator.registerMigration("60-fewer-pages", migrate: dropIndexes)
        migrator.registerMigration("57-after-rollbacks", migrate: followRollbacks)
        migrator.registerMigration("58-service-links", migrate: watchServiceLinks)
        migrator.registerMigration("59-ticked-in-the-guide", migrate: noteTicksOfGuides)
        migrator.registerMigration("61-clock-jumps", migrate: followClock)
        migrator.registerMigration("62-search-feeds", migrate: feedSearch)
        return migrator
    }

    static func apply(to pool: DatabasePool) throws {
        let migrator = migrator
        try Baseline.lay(in: pool, migrations: migrator.migrations)
        try migrator.migrate(pool)
    }

    static func refuseNewer(_ reader: some DatabaseReader, path: String) throws {
        guard try reader.read(migrator.hasBeenSuperseded) else { return }
        throw Problem.conflict(
            """
            \(path) was written by a newer Runbook than this one: start the newer program, or restore an older backup.
            """)
    }
}
