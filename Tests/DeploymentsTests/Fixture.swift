import Accounts
import Checklists
import Deployments
import Essentials
import Executions
import Foundation
import Glibc
import Incidents
import Journal
import Logging
import Processes
import Runbooks
import Storage
import Testing

/// Deployments on a folder of their own, with a real engine and real shims while `working` lasts.
final class Fixture: Sendable {
    let folder: String
    let journal: Journal
    let catalogue: Catalogue
    let executions: Executions
    let checklists: Checklists
    let deployments: Deployments
    let incidents: Incidents

    let mira = Fixture.person("mira")
    let ada = Fixture.person("ada")
    let root = Fixture.person("root", [.read, .operate, .author, .admin])
    /// An admin's token that is nobody's.
    let robot = Principal(
        kind: .token, id: "robot", name: "robot", permissions: Set(Permission.allCases), via: .api)

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/runbook-" + UUID().uuidString.lowercased()
        let database = try Database(folder: folder, options: .init(explainer: Explainer()))
        journal = Journal(database: database)
        catalogue = Catalogue(journal: journal)
        let sealing = try Sealing(folder: folder)
        executions = Executions(
            journal: journal, catalogue: catalogue, sealing: sealing, searchPath: "/usr/local/bin:/usr/bin:/bin")
        checklists = Checklists(executions: executions)
        incidents = Incidents(journal: journal, catalogue: catalogue)
        deployments = Deployments(executions: executions, checklists: checklists, sealing: sealing)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            Issue.record("\(folder) cannot be removed: \(error)")
        }
    }

    static func person(_ name: String, _ permissions: Set<Permission> = [.read, .operate]) -> Principal {
        Principal(kind: .person, id: name, name: name, permissions: permissions, via: .api)
    }

    func store(_ text: String, as name: String) async throws {
        _ = try await catalogue.store(Array(text.utf8), name: name, by: root)
    }

    func order(
        _ runbook: String = "release", _ version: String = "v2", _ environment: String = "production",
        _ parameters: [String: String] = [:]
    ) -> DeploymentOrder {
        DeploymentOrder(runbook: runbook, version: version, environment: environment, parameters: parameters)
    }

    /// A deployment that went well elsewhere.
    func record(
        _ version: String, _ environment: String = "production", state: DeploymentState = .succeeded
    ) async throws -> DeploymentRecord {
        try await deployments.record(
            RecordOrder(service: "accunode", environment: environment, version: version, state: state), by: root
        ).record
    }

    /// With the engine and what follows from events at work; both end with `body`.
    func working<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var settings = Engine.Settings()
        settings.environment = ["PATH": "/usr/local/bin:/usr/bin:/bin"]
        settings.grace = .milliseconds(200)
        let supervisor = try Supervisor(shim: try Self.shim(), logger: logger)
        let engine = Engine(executions: executions, supervisor: supervisor, settings: settings, logger: logger)
        let table = [
            Reaction("deployments.follow", on: Deployments.followed) { [deployments] in
                try await deployments.follow($0)
            },
            Reaction("deployments.stop", on: Deployments.stopping) { [deployments] in
                try await deployments.stopRuns($0)
            },
        ]
        try await journal.enrol(table)
        let value = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await engine.run() }
            for reaction in table {
                group.addTask { [journal] in try await journal.react(reaction, logger: logger) }
            }
            defer { group.cancelAll() }
            return try await body()
        }
        await supervisor.shutdown()
        return value
    }

    /// The deployment once it is in one of these states.
    func wait(
        for id: ID<DeploymentRecord>, _ states: DeploymentState...
    ) async throws -> DeploymentRecord {
        let news = journal.tail.listen()
        let record = try await deployments.deployment(id, by: root)
        if states.contains(record.state) { return record }
        for await _ in news {
            let record = try await deployments.deployment(id, by: root)
            if states.contains(record.state) { return record }
        }
        throw CancellationError()
    }

    /// The kinds of the journal's events about a deployment, the oldest first.
    func kinds(of id: ID<DeploymentRecord>) async throws -> [String] {
        try await journal.events(
            PageRequest(limit: 500), object: ObjectReference("deployment", id.rawValue), by: root
        ).items.map(\.kind)
    }

    func output(of run: ID<RunRecord>) async throws -> String {
        try await executions.output(run, after: 0, limit: 500, by: root).map(\.text).joined()
    }

    private static func shim() throws -> String {
        var folder = URL(fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            let candidate = folder.appendingPathComponent("runbook-shim").path
            if access(candidate, X_OK) == 0, !candidate.hasSuffix("/Sources/runbook-shim") { return candidate }
        }
        throw Problem.unavailable("Build the product runbook-shim before these tests.")
    }
}

/// What a verb refuses.
func problem(_ body: @Sendable () async throws -> some Sendable) async throws -> Problem {
    try #require(
        await #expect(throws: Problem.self) {
            _ = try await body()
        })
}
