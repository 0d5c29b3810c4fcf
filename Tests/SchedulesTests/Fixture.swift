import Accounts
import Checklists
import Essentials
import Executions
import Foundation
import Journal
import Logging
import RunbookFormat
import Runbooks
import Schedules
import Storage
import Synchronization
import Testing

/// Schedules in a folder of their own, on a clock that only a test sets.
final class Fixture: Sendable {
    let folder: String
    let database: Database
    let journal: Journal
    let catalogue: Catalogue
    let executions: Executions
    let checklists: Checklists
    let schedules: Schedules
    private let clock: Clock

    let ada = Principal(
        kind: .person, id: "ada", name: "Ada", permissions: [.read, .operate, .author], via: .api)
    let guest = Principal(kind: .person, id: "guest", name: "Guest", permissions: [.read], via: .api)

    /// It is 22 November 2026, a Sunday.
    init(_ time: String = "2026-11-22T12:34:56Z") throws {
        folder = FileManager.default.temporaryDirectory.path + "/runbook-" + UUID().uuidString.lowercased()
        database = try Database(folder: folder, options: .init(explainer: Explainer()))
        clock = Clock(try #require(Timestamp(rfc3339: time)))
        let source = TimeSource { [clock] in clock.now }
        journal = Journal(database: database, time: source)
        catalogue = Catalogue(journal: journal, time: source)
        executions = Executions(
            journal: journal, catalogue: catalogue, sealing: try Sealing(folder: folder),
            searchPath: "/usr/local/bin:/usr/bin:/bin", time: source)
        checklists = Checklists(executions: executions, time: source)
        schedules = Schedules(checklists: checklists, executions: executions, time: source)
    }

    func set(_ time: String) throws { clock.set(try #require(Timestamp(rfc3339: time))) }

    func store(_ text: String, as name: String = "backup") async throws {
        _ = try await catalogue.store(Array(text.utf8), name: name, by: ada)
    }

    /// Fires what is due by now.
    /// - Returns: when something is due next.
    @discardableResult func fire() async throws -> String? {
        try await schedules.fireDue(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }).map(Self.text)
    }

    func firings(_ id: ID<ScheduleRecord>) async throws -> [String] {
        try await schedules.schedule(id, by: guest).firings.map { "\(Self.text($0.due)) \($0.outcome)" }
    }

    /// The kinds of the events about schedules, in order.
    func kinds() async throws -> [String] {
        try await journal.events(PageRequest(limit: 500), by: ada).items.map(\.kind)
            .filter { $0.hasPrefix("schedule.") }
    }

    func runs() async throws -> [RunRecord] {
        var runs: [RunRecord] = []
        for summary in try await executions.runs(PageRequest(limit: 500), by: ada).items.reversed() {
            runs.append(try await executions.run(summary.id, by: ada))
        }
        return runs
    }

    static func text(_ time: Timestamp) -> String { String(time.rfc3339.prefix(16)) }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            Issue.record("\(folder) cannot be removed: \(error)")
        }
    }
}

/// A clock that stands still until a test sets it.
private final class Clock: Sendable {
    private let time: Mutex<Timestamp>

    init(_ start: Timestamp) { time = Mutex(start) }

    var now: Timestamp { time.withLock { $0 } }

    func set(_ now: Timestamp) { time.withLock { $0 = now } }
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
