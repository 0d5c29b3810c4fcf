import Accounts
import Checklists
import Deployments
import Essentials
import Executions
import Hooks
import Foundation
import Glibc
import Incidents
import Journal
package import Logging
import NIOCore
import Notifications
import Processes
import Runbooks
import Schedules
import Server
import ServiceLifecycle
import Services
import Storage
import UnixSignals
import Web

/// The whole server, wired: from a configuration to its last word.
package struct RunbookServer: Sendable {
    private let configuration: Configuration
    private let logger: Logger

    package init(configuration: Configuration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Serves until SIGTERM or SIGINT; then takes nothing new, leaves running steps to their shims, and returns.
    /// - Throws: `Problem` for what whoever starts it can mend: the folder, the port, the templates, the certificate.
    package func run() async throws {
        let templates = try templates()
        // Nobody waits for them but whoever asks for a page at once.
        async let _ = templates.parse()
        let database = try Database(
            folder: configuration.data, options: .init(isServer: true, explainer: explainer))
        let journal = Journal(database: database)
        let accounts = Accounts(journal: journal)
        let catalogue = Catalogue(journal: journal)
        let sealing = try Sealing(folder: configuration.data)
        let notifications = Notifications(journal: journal, sealing: sealing)
        let executions = Executions(
            journal: journal, catalogue: catalogue, sealing: sealing,
            searchPath: configuration.environment["PATH"] ?? "", workers: configuration.workers)
        let incidents = Incidents(journal: journal, catalogue: catalogue)
        let checklists = Checklists(executions: executions)
        let deployments = Deployments(executions: executions, checklists: checklists, sealing: sealing)
        let services = Services(journal: journal)
        let schedules = Schedules(checklists: checklists, executions: executions)
        let hooks = Hooks(executions: executions, sealing: sealing)
        let supervisor = try Supervisor(shim: configuration.shim, logger: logger)
        let engine = Engine(executions: executions, supervisor: supervisor, settings: engineSettings, logger: logger)
        let server = WebServer(
            accounts: accounts,
            catalogue: catalogue,
            services: services,
            notifications: notifications,
            executions: executions,
            incidents: incidents,
            checklists: checklists,
            deployments: deployments,
            schedules: schedules,
            hooks: hooks,
            journal: journal,
            templates: templates, settings: try webSettings(), logger: logger)
        let reactions = try await Reactions(
            checklists: checklists,
            deployments: deployments,
            executions: executions,
            incidents: incidents,
            notifications: notifications,
            schedules: schedules,
            journal: journal,
            logger: logger)
        try await note("server.started", on: journal)
        let watch = try await loadRunbooks(into: catalogue)
        let welcome = try await Welcome(accounts, bootstrapToken: configuration.bootstrapToken)
        let configuration = configuration
        var watches: [ServiceGroupConfiguration.ServiceConfiguration] = []
        if let watch { watches.append(.init(service: WatchService(watch: watch))) }
        if let interval = configuration.linkInterval {
            let links = LinkWatch(services: services, interval: interval, logger: logger)
            watches.append(.init(service: LinkWatchService(watch: links)))
        }
        let application = try server.application { port in
            welcome.say(at: configuration.address(port: port))
        }
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: application), .init(service: EngineService(engine: engine)),
                    .init(service: reactions),
                    .init(
                        service: SenderService(
                            sender: NotificationSender(notifications: notifications, logger: logger))),
                    .init(
                        service: SweeperService(
                            sweeper: OutputSweeper(
                                executions: executions, retention: configuration.retention, logger: logger))),
                    .init(service: ClockService(clock: ScheduleClock(schedules: schedules, logger: logger))),
                    .init(
                        service: RereadingService(catalogue: catalogue, logger: logger),
                        successTerminationBehavior: .ignore),
                ] + watches,
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw Problem.conflict(
                "Port \(configuration.port) on \(configuration.host) is taken: stop what uses it, or choose another with --port."
            )
        } catch let error as IOError where error.errnoCode == EACCES {
            throw Problem.forbidden("Port \(configuration.port) is reserved for root: choose another with --port.")
        } catch let error as IOError where error.errnoCode == EADDRNOTAVAIL {
            throw Problem.invalid(
                "\(configuration.host) is not an address of this machine: choose another with --host.")
        }
        await supervisor.shutdown()
        try await note("server.stopped", on: journal)
        if let head = try await journal.head() { say("journal head \(head)") }
        try database.close()
    }

    /// In debug builds `RUNBOOK_EXPLAIN` explains every statement and refuses full scans, so that tests of the whole product
    /// hold each of them.
    private var explainer: Explainer? {
        #if DEBUG
            configuration.environment["RUNBOOK_EXPLAIN"] == nil ? nil : Explainer()
        #else
            nil
        #endif
    }

    private var engineSettings: Engine.Settings {
        var settings = Engine.Settings()
        settings.environment = configuration.environment
        settings.outputLimit = configuration.outputLimit
        settings.grace = configuration.grace
        settings.sshConfig = configuration.sshConfig
        return settings
    }

    private func templates() throws -> Templates {
        do {
            return try configuration.web.map { try Templates(files: WebFiles(folder: $0)) } ?? .embedded
        } catch let error as TemplateError {
            throw Problem.invalid("\(error)")
        } catch let error as CocoaError {
            throw Problem.invalid("The folder \(configuration.web ?? "") can't be read: \(error.localizedDescription)")
        }
    }

    private func webSettings() throws(Problem) -> WebServer.Settings {
        var settings = WebServer.Settings()
        settings.host = configuration.host
        settings.port = configuration.port
        settings.isRateLimited = configuration.isRateLimited
        settings.areMetricsOpen = configuration.areMetricsOpen
        settings.version = configuration.version
        if let certificate = configuration.certificate {
            settings.tls = try .init(certificate: certificate.path, key: certificate.key)
        }
        return settings
    }

    private func note(_ kind: String, on journal: Journal) async throws {
        try await journal.database.write { transaction in
            _ = try journal.append(
                Event(kind, details: ["version": .string(configuration.version)]), by: .system("server"),
                in: transaction)
        }
    }

    /// - Returns: what follows the folder from then on; nil when there is none.
    private func loadRunbooks(into catalogue: Catalogue) async throws -> FolderWatch? {
        guard let folder = configuration.runbooks else { return nil }
        let watch = FolderWatch(catalogue, folder: folder, logger: logger)
        let report = try await watch.takeIn()
        logger.info("Runbooks loaded", metadata: ["folder": "\(folder)", "count": "\(report.loaded.count)"])
        return watch
    }
}

/// Talk goes to standard error; standard output has the one line that scripts wait for.
func say(_ line: String) { FileHandle.standardError.write(Data("\(line)\n".utf8)) }

private struct SenderService: Service {
    let sender: NotificationSender

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await sender.run() }
    }
}

private struct SweeperService: Service {
    let sweeper: OutputSweeper

    func run() async throws {
        await cancelWhenGracefulShutdown { await sweeper.run() }
    }
}

private struct ClockService: Service {
    let clock: ScheduleClock

    func run() async throws {
        await cancelWhenGracefulShutdown { await clock.run() }
    }
}

private struct LinkWatchService: Service {
    let watch: LinkWatch

    func run() async throws {
        await cancelWhenGracefulShutdown { await watch.run() }
    }
}

private struct WatchService: Service {
    let watch: FolderWatch

    func run() async throws {
        await cancelWhenGracefulShutdown { await watch.run() }
    }
}

/// Ends when there is nothing left to read.
private struct RereadingService: Service {
    let catalogue: Catalogue
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            do {
                try await catalogue.readAgain()
            } catch {
                logger.error("Runbooks could not be read again", metadata: ["error": "\(error)"])
            }
        }
    }
}

private struct EngineService: Service {
    let engine: Engine

    func run() async throws {
        await cancelWhenGracefulShutdown { await engine.run() }
    }
}
