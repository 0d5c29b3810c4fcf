import Checklists
import Deployments
import Executions
import Incidents
import Journal
import Logging
import Notifications
import Schedules
import ServiceLifecycle

/// What follows from what: one line each. All read the journal, each from its own durable place in it, and each verb is safe
/// to repeat; what must not come apart is one transaction of the verb instead.
struct Reactions: Service {
    private let table: [Reaction]
    private let journal: Journal
    private let logger: Logger

    /// Enrols what is new, so that it answers everything from now on.
    init(
        checklists: Checklists,
        deployments: Deployments,
        executions: Executions,
        incidents: Incidents,
        notifications: Notifications,
        schedules: Schedules,
        journal: Journal,
        logger: Logger
    ) async throws {
        table = [
            Reaction("checks", on: Checklists.verdicts) { try await checklists.settleCheck($0) },
            Reaction("deployments.follow", on: Deployments.followed) { try await deployments.follow($0) },
            Reaction("deployments.stop", on: Deployments.stopping) { try await deployments.stopRuns($0) },
            Reaction("deployments.follow-up", on: Deployments.followingUp) { try await deployments.followUp($0) },
            Reaction("notifications", on: Occasion.kinds, pause: .milliseconds(50)) {
                try await notifications.enqueue($0)
            },
            Reaction(
                "search", on: Incidents.worded.union(Checklists.worded).union(Executions.ended),
                pause: .milliseconds(200)
            ) { event in
                try await incidents.indexWords(of: event)
                try await checklists.indexNote(of: event)
                try await executions.indexOutput(of: event)
            },
            Reaction("schedules", on: Schedules.declaring) { try await schedules.declare($0) },
        ]
        self.journal = journal
        self.logger = logger
        try await journal.enrol(table)
    }

    func run() async throws {
        let (table, journal, logger) = (table, journal, logger)
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                for reaction in table {
                    group.addTask { await Self.keep(reaction, on: journal, logger) }
                }
            }
            // Without a reaction to wait for, the service still lasts as long as the server.
            try? await gracefulShutdown()
        }
    }

    /// A disk that is full, or a database that is locked, ends no reaction: it goes on from its place.
    private static func keep(_ reaction: Reaction, on journal: Journal, _ logger: Logger) async {
        while !Task.isCancelled {
            do {
                try await journal.react(reaction, logger: logger)
            } catch is CancellationError {
                return
            } catch {
                logger.error(
                    "A reaction waits, to go on in a second",
                    metadata: ["reaction": "\(reaction.name)", "error": "\(error)"])
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }
}
