import Essentials
import Foundation
import Journal
import Storage
import Synchronization
import Testing

/// A journal in a folder of its own, with a clock that the test sets.
struct Fixture {
    static let start = Timestamp(microseconds: 1_768_811_400_000_000)

    let folder: TemporaryFolder
    let database: Database
    let journal: Journal
    let clock = Clock(start)
    let ada = Principal(
        kind: .person, id: "01ada", name: "Ada Lovelace", permissions: Set(Permission.allCases), via: .web,
        address: "192.0.2.7")

    var path: String { folder.file(Database.fileName) }

    init() throws {
        folder = try TemporaryFolder()
        database = try Database(folder: folder.path, options: .init(explainer: Explainer()))
        journal = Journal(database: database, time: clock.source)
    }

    @discardableResult
    func append(_ event: Event, by principal: Principal? = nil) async throws -> Int64 {
        let (journal, principal) = (journal, principal ?? ada)
        return try await database.write { try journal.append(event, by: principal, in: $0) }
    }

    /// `count` events of the kind `thing.done`, each a second after the one before.
    func append(_ count: Int) async throws {
        for number in 0..<count {
            clock.advance(by: .seconds(1))
            try await append(
                Event(
                    "thing.done", on: ObjectReference("thing", "\(number)"), ObjectReference("all", "1"),
                    details: ["note": .string("number \(number)")]))
        }
    }

    func expectGood(anchor: Head? = nil, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let fault = try verify(anchor: anchor).fault
        #expect(fault == nil, sourceLocation: sourceLocation)
    }

    func verify(anchor: Head? = nil) throws -> Verification {
        let copy = try ReadOnlyDatabase(path: path)
        return try copy.read { reader in
            try Verification.run(in: reader, instance: copy.instance, anchor: anchor, witness: NoWitness())
        }
    }
}

/// For a journal that speaks of nothing outside it.
struct NoWitness: EventWitness {
    mutating func examine(_ event: RecordedEvent, in reader: Reader) throws -> String? { nil }
    mutating func finish(in reader: Reader) throws -> String? { nil }
}

final class Clock: Sendable {
    private let time: Mutex<Timestamp>

    init(_ start: Timestamp) { time = Mutex(start) }

    var source: TimeSource { TimeSource { [self] in time.withLock { $0 } } }

    func advance(by duration: Duration) { time.withLock { $0 = $0.advanced(by: duration) } }
}
