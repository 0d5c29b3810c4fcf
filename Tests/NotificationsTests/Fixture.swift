import Accounts
import Essentials
import Foundation
import Journal
import Notifications
import Storage
import Synchronization
import Testing

/// Notifications in a folder of their own, on a clock that the test sets. Nothing is sent.
final class Fixture: Sendable {
    let database: Database
    let journal: Journal
    let notifications: Notifications
    let clock = Clock(Timestamp(microseconds: 1_768_811_400_000_000))
    let admin = Principal(kind: .person, id: "1", name: "Ada", permissions: Role.admin.permissions, via: .api)
    let `operator` = Principal(kind: .person, id: "2", name: "Bo", permissions: Role.operator.permissions, via: .api)
    let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "/runbook-notifications-" + UUID().uuidString.lowercased()
        database = try Database(folder: folder, options: .init(explainer: Explainer()))
        journal = Journal(database: database, time: clock.source)
        notifications = Notifications(
            journal: journal, sealing: try Sealing(folder: folder), time: clock.source)
    }

    // What can't be deleted stays in the temporary folder, where the system clears it.
    deinit { try? FileManager.default.removeItem(atPath: folder) }

    @discardableResult
    func add(
        _ name: String, _ kind: Destination.Kind = .webhook, _ events: [Occasion] = Occasion.allCases
    ) async throws -> NewDestination {
        try await notifications.add(
            name: name, kind: kind, url: "https://hooks.example.com/services/T0/s3cret-part", events: events,
            by: admin)
    }

    /// Something happens to an incident.
    func happens(
        _ kind: String, to incident: String = "01jincident", _ details: [String: JSONValue] = [:]
    ) async throws -> RecordedEvent {
        let (journal, admin) = (journal, admin)
        let seq = try await database.write { transaction in
            try journal.append(
                Event(kind, on: ObjectReference("incident", incident), details: details), by: admin, in: transaction)
        }
        return try #require(try await journal.events(after: seq - 1).first)
    }

    func deliveries(_ state: Delivery.State? = nil) async throws -> [Delivery] {
        try await notifications.deliveries(PageRequest(limit: 500), state: state, by: admin).items.reversed()
    }

    func events(_ kind: String) async throws -> [RecordedEvent] {
        try await journal.events(PageRequest(limit: 500), kind: kind, by: admin).items
    }
}

final class Clock: Sendable {
    private let time: Mutex<Timestamp>

    init(_ start: Timestamp) { time = Mutex(start) }

    var source: TimeSource { TimeSource { [self] in time.withLock { $0 } } }

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
