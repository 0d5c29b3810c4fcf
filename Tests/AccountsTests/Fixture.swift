import Accounts
import Dispatch
import Essentials
import Foundation
import Journal
import Storage
import Synchronization
import Testing

/// Accounts in a folder of their own, with a clock that the test sets and passwords that cost next to nothing.
struct Fixture {
    static let password = "correct horse battery"

    let folder: TemporaryFolder
    let explainer = Explainer()
    let database: Database
    let journal: Journal
    let accounts: Accounts
    let clock = Clock(Timestamp(microseconds: 1_768_811_400_000_000))
    /// Somebody with every permission, to set things up.
    let root = Principal.system("test")

    init() throws {
        folder = try TemporaryFolder()
        database = try Database(folder: folder.path, options: .init(explainer: explainer))
        journal = Journal(database: database, time: clock.source)
        accounts = Accounts(journal: journal, cost: ScryptCost(logarithm: 4, blockSize: 1, parallelism: 1))
    }

    func add(_ name: String, _ role: Role, author: Bool = false) async throws -> Account {
        try await accounts.add(name: name, password: Self.password, role: role, author: author, by: root)
    }

    func signIn(_ name: String, _ password: String = Fixture.password) async throws -> Session {
        try await accounts.signIn(name: name, password: password, address: "192.0.2.7")
    }

    /// The journal's events of a kind, oldest first.
    func events(_ kind: String) async throws -> [RecordedEvent] {
        try await journal.events(PageRequest(limit: 500), kind: kind, by: root).items
    }

    func count(_ table: SQL) async throws -> Int64? {
        try await database.read { try $0.integer("SELECT count(*) FROM \(table) /* scan: a test counts */") }
    }

    /// Everything that the database's files hold, after closing it.
    func bytes() throws -> Data {
        try database.close()
        return try Data(contentsOf: URL(fileURLWithPath: folder.file(Database.fileName)))
    }
}

final class Clock: Sendable {
    private let time: Mutex<Timestamp>

    init(_ start: Timestamp) { time = Mutex(start) }

    var source: TimeSource { TimeSource { [self] in time.withLock { $0 } } }

    func advance(by duration: Duration) { time.withLock { $0 = $0.advanced(by: duration) } }
}

/// The code of the problem that `body` throws; nil when it throws none.
func problem(_ body: () async throws -> some Any) async throws -> Problem? {
    do {
        _ = try await body()
        return nil
    } catch let problem as Problem {
        return problem
    }
}
