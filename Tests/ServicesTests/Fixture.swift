import Essentials
import Foundation
import Journal
import Services
import Storage
import Synchronization
import Testing

/// Services in a folder of their own, on a clock that goes as it is told.
final class Fixture: Sendable {
    final class Clock: Sendable {
        private let now = Mutex(Timestamp(microseconds: 1_768_811_400_000_000))

        var time: Timestamp { now.withLock { $0 } }

        func advance(by duration: Duration) { now.withLock { $0 = $0.advanced(by: duration) } }
    }

    let database: Database
    let journal: Journal
    let services: Services
    let clock = Clock()
    let ada = Principal(
        kind: .person, id: "1", name: "Ada", permissions: Role.operator.permissions, via: .api)
    let guest = Principal(kind: .person, id: "2", name: "Guest", permissions: Role.viewer.permissions, via: .api)
    let folder: String

    /// - Parameter isOnTheWall: takes the system's clock instead.
    init(patience: Duration = .seconds(10), isOnTheWall: Bool = false) throws {
        folder = NSTemporaryDirectory() + "/runbook-services-" + UUID().uuidString.lowercased()
        database = try Database(folder: folder, options: .init(explainer: Explainer()))
        let time = isOnTheWall ? TimeSource.system : TimeSource { [clock] in clock.time }
        journal = Journal(database: database, time: time)
        services = Services(journal: journal, time: time, patience: patience)
    }

    // What can't be deleted stays in the temporary folder, where the system clears it.
    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func events() async throws -> [RecordedEvent] {
        try await journal.events(PageRequest(limit: 500), by: ada).items
    }
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
