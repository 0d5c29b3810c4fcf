import Accounts
import Essentials
import Foundation
import Glibc
import Journal
import Logging
import Runbooks
import Storage
import Testing

/// A real folder that is followed, and the journal that tells what came of it.
struct FolderFixture {
    let folder: TemporaryFolder
    let guides: String
    let journal: Journal
    let catalogue: Catalogue
    let ada = Principal(
        kind: .person, id: "ada", name: "Ada", permissions: Set(Permission.allCases), via: .web)
    /// Told from the first on.
    private let told: AsyncStream<RecordedEvent>

    init() throws {
        folder = try TemporaryFolder()
        guides = folder.file("Runbooks")
        try FileManager.default.createDirectory(atPath: guides, withIntermediateDirectories: true)
        journal = Journal(database: try Database(folder: folder.file("data"), options: .init(explainer: Explainer())))
        catalogue = Catalogue(journal: journal)
        told = journal.tail.listen()
    }

    /// Runs a test while the folder is followed. Writers are waited for, however slow the machine is.
    func follow(isPolling: Bool = false, _ body: (inout Told) async throws -> Void) async throws {
        let watch = FolderWatch(
            catalogue, folder: guides, isPolling: isPolling, patience: .seconds(3600), logger: Logger(label: "test"))
        _ = try await watch.takeIn()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await watch.run() }
            var events = Told(iterator: told.makeAsyncIterator())
            try await body(&events)
            group.cancelAll()
        }
    }

    func write(_ path: String, _ text: String) throws {
        let file = "\(guides)/\(path)"
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: file))
    }

    func move(_ path: String, to other: String) throws {
        guard rename("\(guides)/\(path)", "\(guides)/\(other)") == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
    }

    func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: "\(guides)/\(path)") }

    func entry(_ name: String) async throws -> Entry { try await catalogue.entry(name, by: ada) }

    /// What the journal tells, in order.
    struct Told {
        var iterator: AsyncStream<RecordedEvent>.Iterator

        /// The next event of a kind about a runbook; others are passed over.
        mutating func next(_ kind: String, _ runbook: String) async throws -> RecordedEvent {
            while let event = await iterator.next() {
                if event.kind == kind, event.objects.contains(ObjectReference("runbook", runbook)) { return event }
            }
            throw CancellationError()
        }

        /// Waits until each of the runbooks has been told of.
        mutating func all(_ kind: String, _ runbooks: Set<String>) async throws {
            var left = runbooks
            while !left.isEmpty, let event = await iterator.next() {
                if event.kind == kind { left.subtract(event.objects.map(\.id)) }
            }
        }
    }
}
