import Accounts
import Essentials
import Executions
import Foundation
import Hooks
import Journal
import Runbooks
import Storage
import Synchronization
import Testing

/// Hooks in a folder of their own, on a clock that only a test sets.
final class Fixture: Sendable {
    let folder: String
    let database: Database
    let journal: Journal
    let catalogue: Catalogue
    let executions: Executions
    let hooks: Hooks
    private let clock: Clock

    let ada = Principal(kind: .person, id: "ada", name: "Ada", permissions: Set(Permission.allCases), via: .api)
    let operator_ = Principal(kind: .person, id: "bo", name: "Bo", permissions: [.read, .operate], via: .api)
    let guest = Principal(kind: .person, id: "guest", name: "Guest", permissions: [.read], via: .api)

    static let guide = """
        ---
        parameters:
          VERSION:
            required: true
            pattern: "[0-9.]+"
          ENVIRONMENT: staging
          TOKEN:
            sensitive: true
            default: none
        ---
        # Deploy

        ```sh {name=deploy}
        echo "$VERSION to $ENVIRONMENT"
        ```

        ## Verify

        ```sh {name=verify}
        true
        ```
        """

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/runbook-" + UUID().uuidString.lowercased()
        database = try Database(folder: folder, options: .init(explainer: Explainer()))
        clock = Clock(try #require(Timestamp(rfc3339: "2026-11-22T12:34:56Z")))
        let source = TimeSource { [clock] in clock.now }
        journal = Journal(database: database, time: source)
        catalogue = Catalogue(journal: journal, time: source)
        let sealing = try Sealing(folder: folder)
        executions = Executions(
            journal: journal, catalogue: catalogue, sealing: sealing, searchPath: "/usr/local/bin:/usr/bin:/bin",
            time: source)
        hooks = Hooks(executions: executions, sealing: sealing, time: source)
    }

    var now: Timestamp { clock.now }

    func pass(_ time: Duration) { clock.set(clock.now.advanced(by: time)) }

    func store(_ text: String = Fixture.guide, as name: String = "deploy") async throws {
        _ = try await catalogue.store(Array(text.utf8), name: name, by: ada)
    }

    /// The guide and a hook that takes the version from the message; gives its secret.
    func release() async throws -> String {
        try await store()
        return try await hooks.add(
            HookOrder(name: "release", runbook: "deploy", pointers: ["VERSION": "/release/tag"]), by: ada
        ).secret
    }

    /// A message as a sender would sign it now.
    /// - Parameter late: how much earlier than now it was signed.
    func message(
        _ id: String, _ body: String = #"{"release": {"tag": "1.2"}}"#, secret: String, late: Duration = .zero
    ) throws -> HookMessage {
        let headers = try WebhookSignature.headers(
            id: id, time: now.advanced(by: .zero - late), body: body, secret: secret)
        let values = Dictionary(uniqueKeysWithValues: headers.map { ($0.name, $0.value) })
        return HookMessage(
            id: values["webhook-id"], timestamp: values["webhook-timestamp"], signature: values["webhook-signature"],
            body: Data(body.utf8), address: "192.0.2.7")
    }

    func runs() async throws -> [RunRecord] {
        var runs: [RunRecord] = []
        for summary in try await executions.runs(PageRequest(limit: 500), by: ada).items.reversed() {
            runs.append(try await executions.run(summary.id, by: ada))
        }
        return runs
    }

    /// The kinds of the events about hooks, in order.
    func kinds() async throws -> [String] {
        try await journal.events(PageRequest(limit: 500), by: ada).items.map(\.kind).filter { $0.hasPrefix("hook.") }
    }

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
