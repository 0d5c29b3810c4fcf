package import Accounts
package import Checklists
package import Deployments
import Essentials
package import Executions
package import Hooks
import HTTPTypes
package import Hummingbird
import HummingbirdCore
import HummingbirdTLS
package import Incidents
package import Journal
package import NIOSSL
package import Notifications
package import Logging
import NIOCore
package import Runbooks
package import Schedules
package import Services

/// The HTTP service: every route on one table, the same verbs for JSON and for pages.
package struct WebServer: Sendable {
    package struct Settings: Sendable {
        package var host = "127.0.0.1"
        package var port = 8080
        /// Served directly over TLS when given.
        package var tls: TLSConfiguration?
        package var isRateLimited = true
        /// Whether strangers may read `/metrics`.
        package var areMetricsOpen = false
        package var version = ""

        package init() {}
    }

    private let gate: Gate
    private let settings: Settings
    private let templates: Templates
    private let logger: Logger
    private let now: NowRoutes
    private let health: HealthRoutes
    private let accounts: AccountRoutes
    private let runbooks: RunbookRoutes
    private let runs: RunRoutes
    private let queue: QueueRoutes
    private let checklists: ChecklistRoutes
    private let incidents: IncidentRoutes
    private let services: ServiceRoutes
    private let schedules: ScheduleRoutes
    private let hooks: HookRoutes
    private let notifications: NotificationRoutes
    private let search: SearchRoutes
    private let deployments: DeploymentRoutes
    private let journal: JournalRoutes
    private let metrics: MetricsRoutes
    private let requests = RequestCounts()

    package init(
        accounts: Accounts,
        catalogue: Catalogue,
        services: Services,
        notifications: Notifications,
        executions: Executions,
        incidents: Incidents,
        checklists: Checklists,
        deployments: Deployments,
        schedules: Schedules,
        hooks: Hooks,
        journal: Journal,
        templates: Templates, settings: Settings, logger: Logger
    ) {
        let limits = RateLimits(isOff: !settings.isRateLimited, time: journal.time)
        gate = Gate(
            database: journal.database, accounts: accounts,
            idempotency: Idempotency(database: journal.database, time: journal.time), limits: limits)
        self.settings = settings
        self.templates = templates
        self.logger = logger
        now = NowRoutes(
            catalogue: catalogue, executions: executions, incidents: incidents, checklists: checklists,
            deployments: deployments,
            templates: templates)
        health = HealthRoutes(executions: executions, templates: templates)
        self.accounts = AccountRoutes(
            accounts: accounts, limits: limits, templates: templates, isSecure: settings.tls != nil)
        runbooks = RunbookRoutes(catalogue: catalogue, executions: executions, templates: templates)
        runs = RunRoutes(executions: executions, incidents: incidents, templates: templates)
        queue = QueueRoutes(executions: executions, templates: templates)
        self.incidents = IncidentRoutes(
            incidents: incidents, executions: executions, checklists: checklists, accounts: accounts,
            deployments: deployments, services: services, templates: templates)
        self.checklists = ChecklistRoutes(
            checklists: checklists, catalogue: catalogue, incidents: incidents, accounts: accounts,
            templates: templates)
        self.services = ServiceRoutes(
            services: services, catalogue: catalogue, deployments: deployments, incidents: incidents,
            templates: templates)
        self.schedules = ScheduleRoutes(schedules: schedules, templates: templates)
        self.hooks = HookRoutes(hooks: hooks, limits: limits, templates: templates)
        self.notifications = NotificationRoutes(notifications: notifications, templates: templates)
        search = SearchRoutes(database: journal.database, catalogue: catalogue, templates: templates)
        self.deployments = DeploymentRoutes(
            deployments: deployments, incidents: incidents, templates: templates)
        metrics = MetricsRoutes(
            requests: requests, executions: executions, journal: journal, folder: catalogue.folder,
            version: settings.version,
            isOpen: settings.areMetricsOpen)
        self.journal = JournalRoutes(journal: journal, templates: templates, verifications: Verifications())
    }

    /// All routes; `OpenAPIDocument` describes those below `/api/` and the probes.
    var routes: [Route] {
        now.table + health.table + accounts.table + runbooks.table + runs.table + queue.table + checklists.table
            + deployments.table
            + incidents.table
            + services.table
            + schedules.table
            + hooks.table
            + notifications.table
            + search.table
            + journal.table
            + metrics.table
    }

    /// - Parameter onReady: called with the port once connections are taken.
    package func application(
        onReady: @escaping @Sendable (Int) async -> Void
    ) throws -> some ApplicationProtocol {
        let configuration = ApplicationConfiguration(
            address: .hostname(settings.host, port: settings.port), serverName: nil)
        let server = HTTPServerBuilder.onItsLoop(foreseeing: gate.expectChange)
        return Application(
            router: router(),
            server: try settings.tls.map { try .tls(server, tlsConfiguration: $0) } ?? server,
            configuration: configuration,
            onServerRunning: { channel in await onReady(channel.localAddress?.port ?? 0) },
            logger: logger)
    }

    func router() -> Router<Context> {
        let router = Router(context: Context.self, options: .autoGenerateHeadEndpoints)
        router.addMiddleware {
            RequestLog(counts: requests)
            SecurityHeaders(isSecure: settings.tls != nil)
            ProblemMiddleware(templates: templates, gate: gate)
            UnknownAddress(gate: gate, routes: routes)
        }
        let lost = LostAnswers(journal: journal.journal, routes: routes)
        for route in routes { router.on(RouterPath(route.path), method: route.method, use: responder(route, lost)) }
        return router
    }

    private func responder(
        _ route: Route, _ lost: LostAnswers
    ) -> @Sendable (Request, Context) async throws -> Response {
        switch route.door {
        case .open(let answer): answer
        case .signedIn(let admission, let answer):
            { [gate] request, context in try await gate.visit(request, context, admission, lost, answer) }
        }
    }
}
