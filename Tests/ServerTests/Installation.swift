import Accounts
import Checklists
import Deployments
import Essentials
import Executions
import Hooks
import Foundation
import Hummingbird
import HummingbirdTesting
import Incidents
import Journal
import Logging
import Notifications
import Runbooks
import Schedules
import Services
import Storage
import Synchronization
import Testing
import Web

@testable import Server

/// A server on a folder of its own, with a person of each kind. No engine runs, so that what is queued stays queued.
final class Installation: Sendable {
    static let password = "correct horse battery staple"
    static let guide = """
        ---
        title: Deploy
        service: accunode
        parameters:
          VERSION: {type: string, default: v1}
          KEY: {type: string, default: hush, sensitive: true}
        ---
        # Deploy

        - [ ] The backup is taken.

        ```sh {name=first}
        echo "$VERSION"
        ```

        ```yaml
        a: 1
        ```

        ## Rollback

        ```sh {name=second}
        rm -rf ./release
        ```
        """

    /// What a deployment goes through.
    static let release = """
        ---
        title: Release
        service: accunode
        kind: deployment
        rollback: "#rollback"
        parameters:
          VERSION: {type: string, default: v1}
          SLOT: {type: choice, choices: [blue, green], default: blue}
        ---
        # Release

        ## Ship

        ```approval {name=go}
        Ship {{version}}?
        ```

        ```sh {name=ship}
        echo "$VERSION"
        ```

        ## Rollback

        ```sh {name=undo}
        echo "$VERSION"
        ```
        """

    /// Begins at the true time, for what the server measures by its own clock.
    let clock = Clock(TimeSource.system.now())
    let journal: Journal
    let accounts: Accounts
    let catalogue: Catalogue
    let services: Services
    let notifications: Notifications
    let incidents: Incidents
    let deployments: Deployments
    let executions: Executions
    let checklists: Checklists
    let schedules: Schedules
    let hooks: Hooks
    let server: WebServer
    /// Has seen every statement.
    let explainer = Explainer()
    private let folder: TemporaryFolder
    private let people: [Visitor: Account]
    private let numbers = Mutex(0)

    /// - Parameter hasPeople: false for a server that waits for its first admin.
    init(
        hasPeople: Bool = true, workers: Workers = .usual,
        _ adjust: (inout WebServer.Settings) throws -> Void = { _ in }
    ) async throws {
        folder = try TemporaryFolder()
        let database = try Database(folder: folder.path, options: .init(explainer: explainer))
        journal = Journal(database: database, time: clock.source)
        accounts = Accounts(journal: journal, cost: ScryptCost(logarithm: 4, blockSize: 1, parallelism: 1))
        catalogue = Catalogue(journal: journal, time: clock.source)
        services = Services(journal: journal, time: clock.source)
        let sealing = try Sealing(folder: folder.path)
        notifications = Notifications(journal: journal, sealing: sealing, time: clock.source)
        incidents = Incidents(journal: journal, catalogue: catalogue, time: clock.source)
        executions = Executions(
            journal: journal, catalogue: catalogue, sealing: sealing,
            searchPath: "/usr/local/bin:/usr/bin:/bin", workers: workers, time: clock.source)
        checklists = Checklists(executions: executions, time: clock.source)
        deployments = Deployments(
            executions: executions, checklists: checklists, sealing: sealing, time: clock.source)
        schedules = Schedules(checklists: checklists, executions: executions, time: clock.source)
        hooks = Hooks(executions: executions, sealing: sealing, time: clock.source)
        var settings = WebServer.Settings()
        settings.isRateLimited = false
        try adjust(&settings)
        server = WebServer(
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
            templates: try Templates(files: .embedded), settings: settings,
            logger: Logger(label: "test") { _ in ErrorLog() })
        var people: [Visitor: Account] = [:]
        if hasPeople {
            for visitor in Visitor.allCases {
                guard let role = visitor.role else { continue }
                people[visitor] = try await accounts.add(
                    name: visitor.rawValue, password: Self.password, role: role, author: visitor == .author,
                    by: .system("test"))
            }
        }
        self.people = people
    }

    /// All bytes of the database, its log included.
    func databaseBytes() throws -> Data {
        var bytes = Data()
        for name in ["runbook.db", "runbook.db-wal"] {
            bytes += try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(name)"))
        }
        return bytes
    }

    /// A number that no other call on this installation gets.
    func number() -> Int {
        numbers.withLock { number in
            number += 1
            return number
        }
    }
}

extension Installation {
    /// Requests go straight to the router.
    func test(_ body: @escaping @Sendable (Caller) async throws -> Void) async throws {
        try await server.application(onReady: { _ in }).test(.router) { try await body(Caller($0, self)) }
    }

    /// Requests go over a socket; the port is the caller's.
    func testLive(_ body: @escaping @Sendable (Caller) async throws -> Void) async throws {
        try await server.application(onReady: { _ in }).test(.live) { try await body(Caller($0, self)) }
    }
}

extension Installation {
    func account(_ visitor: Visitor) throws -> Account { try #require(people[visitor]) }

    func principal(_ visitor: Visitor) throws -> Principal { try account(visitor).principal(via: .api) }

    /// A fresh session of a person.
    func session(_ visitor: Visitor) async throws -> Credentials {
        let session = try await accounts.signIn(name: visitor.rawValue, password: Self.password, address: nil)
        return .session(cookie: session.secret, csrf: session.csrf)
    }

    /// A fresh token with all that the visitor may do.
    func token(_ visitor: Visitor) async throws -> Credentials {
        switch visitor {
        case .stranger: return .none
        case .metrics: return try await token([.metrics])
        case .viewer, .operator, .author, .admin:
            let principal = try principal(visitor)
            return .token(
                try await accounts.makeToken(name: "all", scopes: principal.permissions, by: principal).secret)
        }
    }

    /// A fresh token of the admin with these scopes.
    func token(_ scopes: Set<Permission>, expires: Timestamp? = nil) async throws -> Credentials {
        let admin = try principal(.admin)
        return .token(try await accounts.makeToken(name: "some", scopes: scopes, expires: expires, by: admin).secret)
    }

    /// As a person signs in, or as a program does that is nobody's.
    func credentials(_ visitor: Visitor) async throws -> Credentials {
        switch visitor {
        case .stranger, .metrics: try await token(visitor)
        case .viewer, .operator, .author, .admin: try await session(visitor)
        }
    }

    /// The name of a runbook that is there.
    func runbook() async throws -> String {
        _ = try await catalogue.store(Array(Self.guide.utf8), name: "accunode.deploy", by: try principal(.admin))
        return "accunode.deploy"
    }

    /// Stores another version of a runbook.
    func change(_ name: String) async throws {
        _ = try await catalogue.store(
            Array(Self.guide.replacing("rm -rf ./release", with: "rm -r ./release").utf8), name: name,
            by: try principal(.admin))
    }

    /// The name of a service that is recorded.
    func service() async throws -> String {
        let name = "service-\(number())"
        return try await services.add(ServiceFacts(owner: "platform"), name: name, by: try principal(.admin)).name
    }

    /// The name of a destination for news. Nobody sends, so that what is made for it stays pending.
    func destination() async throws -> String {
        let name = "channel-\(number())"
        _ = try await notifications.add(
            name: name, kind: .slack, url: "https://hooks.example.com/services/x", by: try principal(.admin))
        return name
    }

    func incident(_ moves: IncidentMove...) async throws -> String {
        let admin = try principal(.admin)
        let id = try await incidents.open(
            IncidentOrder(title: "Checkout errors", severity: .sev2, services: ["web"]), by: admin
        ).id
        for move in moves { _ = try await incidents.carryOut(move, on: id, by: admin) }
        return id.rawValue
    }

    /// An incident with a note: the path of the note below `/incidents/`.
    func note() async throws -> String {
        let id = try await incident()
        let note = try await incidents.note("It was the disk.", on: ID(id), by: try principal(.admin))
        return "\(id)/timeline/\(note.id)"
    }

    func queuedRun() async throws -> String {
        let order = RunOrder(runbook: try await runbook())
        return try await executions.start(order, by: try principal(.admin)).id.rawValue
    }

    /// What a run asks people: an approval of somebody else than its starter, a step that is done by hand, and one that asks
    /// before it begins.
    static let asking = """
        # Asking

        ```approval {name=go not-starter minimum=2}
        Go on?
        ```

        ```manual {name=cable}
        Plug the cable in.
        ```

        ```sh {name=wipe confirm="Wipe it?"}
        true
        ```
        """

    /// A run at which a step of `asking` waits: `go`, `cable` or `wipe`. No engine brings it there.
    func askingRun(at step: String, by starter: Principal? = nil) async throws -> String {
        let name = "accunode.asking"
        _ = try await catalogue.store(Array(Self.asking.utf8), name: name, by: try principal(.admin))
        var order = RunOrder(runbook: name, steps: [step])
        order.leavesGates = true
        let run = try await executions.start(order, by: try starter ?? principal(.admin)).id
        try await executions.database.write { transaction in
            try transaction.execute("UPDATE runs SET state = 'waiting' WHERE id = \(run)")
            try transaction.execute("UPDATE run_steps SET state = 'waiting' WHERE run = \(run) AND step = \(step)")
        }
        return run.rawValue
    }

    /// A deployment whose first stage waits for an approval.
    func waitingDeployment() async throws -> String {
        _ = try await catalogue.store(Array(Self.release.utf8), name: "accunode.release", by: try principal(.admin))
        let order = DeploymentOrder(
            runbook: "accunode.release", version: "v2", environment: "stage-\(number())")
        return try await deployments.start(order, by: try principal(.admin)).id.rawValue
    }

    func cancelledRun() async throws -> String {
        let id = try await queuedRun()
        _ = try await executions.cancel(ID(id), by: try principal(.admin))
        return id
    }
}

/// Who comes by.
enum Visitor: String, CaseIterable {
    case stranger
    case viewer
    case `operator`
    /// An operator who may import runbooks too.
    case author
    case admin
    /// A program with a token of the scope `metrics`.
    case metrics

    /// Nil for who is no person with an account.
    var role: Role? {
        switch self {
        case .stranger, .metrics: nil
        case .viewer: .viewer
        case .operator, .author: .operator
        case .admin: .admin
        }
    }
}

/// A folder of its own for a test; it goes with the test.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/runbook-test-" + UUID().uuidString.lowercased()
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    // What can't be deleted stays in the temporary folder, where the system clears it.
    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Shows errors alone, for what is internal is told to nobody else. Keeps metadata: a request's id is among it.
private struct ErrorLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.error

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        FileHandle.standardError.write(Data("\(event.message) \(event.metadata ?? [:])\n".utf8))
    }
}
