import Accounts
import Essentials
import Foundation
import Incidents
import Journal
import Runbooks
import Storage
import Synchronization
import Testing

/// Incidents in a folder of their own, with a clock that the test sets.
struct Fixture {
    let folder: TemporaryFolder
    let database: Database
    let journal: Journal
    let accounts: Accounts
    let catalogue: Catalogue
    let incidents: Incidents
    let clock = Clock(Timestamp(microseconds: 1_768_811_400_000_000))
    let ada = Fixture.person("Ada")
    let bob = Fixture.person("Bob")
    let alertmanager = Principal(
        kind: .token, id: "01alerts", name: "alertmanager", permissions: [.alerts], via: .api)

    init() throws {
        folder = try TemporaryFolder()
        database = try Database(folder: folder.path, options: .init(explainer: Explainer()))
        journal = Journal(database: database, time: clock.source)
        accounts = Accounts(journal: journal, cost: ScryptCost(logarithm: 4, blockSize: 1, parallelism: 1))
        catalogue = Catalogue(journal: journal, time: clock.source)
        incidents = Incidents(journal: journal, catalogue: catalogue, time: clock.source)
    }

    static func person(_ name: String, _ role: Role = .operator) -> Principal {
        Principal(kind: .person, id: name.lowercased(), name: name, permissions: role.permissions, via: .web)
    }

    func open(
        _ title: String = "Checkout errors", _ severity: Severity = .sev2, services: [String] = [], note: String? = nil
    ) async throws -> IncidentRecord {
        try await incidents.open(
            IncidentOrder(title: title, severity: severity, services: services, note: note), by: ada)
    }

    func store(_ source: String, name: String) async throws {
        _ = try await catalogue.store([UInt8](source.utf8), name: name, by: .system("test"))
    }

    func details(_ id: ID<IncidentRecord>) async throws -> IncidentDetails {
        try await incidents.incident(id, by: ada)
    }

    func all() async throws -> [IncidentRecord] {
        try await incidents.incidents(PageRequest(limit: 500), by: ada).items
    }

    func timeline(_ id: ID<IncidentRecord>, kind: String? = nil) async throws -> [TimelineItem] {
        try await incidents.timeline(of: id, PageRequest(limit: 500), kind: kind, by: ada).items
    }

    /// An event as another subject appends it.
    func append(_ kind: String, on objects: [ObjectReference], _ details: [String: JSONValue] = [:]) async throws {
        let (journal, bob) = (journal, bob)
        try await database.write { transaction in
            _ = try journal.append(Event(kind, on: objects, details: details), by: bob, in: transaction)
        }
    }
}

final class Clock: Sendable {
    private let time: Mutex<Timestamp>

    init(_ start: Timestamp) { time = Mutex(start) }

    var now: Timestamp { time.withLock { $0 } }
    var source: TimeSource { TimeSource { [self] in now } }

    func advance(by duration: Duration) { time.withLock { $0 = $0.advanced(by: duration) } }
}

/// The problem that `body` throws; nil when it throws none.
func problem(_ body: () async throws -> some Any) async throws -> Problem? {
    do {
        _ = try await body()
        return nil
    } catch let problem as Problem {
        return problem
    }
}
