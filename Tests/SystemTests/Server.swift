import Foundation
import Glibc
import Synchronization
import Testing

/// The real server on a data folder of its own, started, killed and started again by a test.
final class Server: Sendable {
    static let token = "system-tests-0123456789abcdef0123456789abcdef"

    private struct State {
        var child: Child?
        var port: UInt16 = 0
        var number = 0
        /// A file with the id of the boot that the next servers are to see.
        var boot: String?
    }

    /// Holds the data folder, the logs, and whatever else a test needs.
    let folder: String
    let data: String
    private let arguments: [String]
    private let state = Mutex(State())

    private init(folder: String, data: String, arguments: [String]) {
        self.folder = folder
        self.data = data
        self.arguments = arguments
    }

    /// Runs a test beside a server that is ready; afterwards nothing of it is left, but for the logs when the test throws.
    /// - Parameter port: 0 for any; one of `SteadyPort` for a server that comes back to it.
    static func with<Value>(
        _ arguments: [String] = [], data: String? = nil, isStarted: Bool = true, port: UInt16 = 0,
        _ body: (Server) async throws -> Value
    ) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.path + "/runbook-system-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let server = Server(folder: folder, data: data ?? folder + "/data", arguments: arguments)
        do {
            if isStarted { try await server.start(port: port) }
            let value = try await body(server)
            try await server.cleanUp()
            try FileManager.default.removeItem(atPath: folder)
            return value
        } catch {
            try await server.cleanUp()
            print("The logs of this test are kept in \(folder)")
            throw error
        }
    }

    var child: Child { get throws { try #require(state.withLock { $0.child }) } }
    var wire: Wire { Wire(port: state.withLock { $0.port }, token: Self.token) }
    var address: String { "http://127.0.0.1:\(state.withLock { $0.port })" }

    /// What every server so far has said on standard error.
    var log: String {
        get throws {
            let count = state.withLock { $0.number }
            guard count > 0 else { return "" }
            return try (1...count).map { try content("\(folder)/server-\($0).err") }.joined()
        }
    }

    /// Starts it without waiting for anything.
    @discardableResult
    func launch(_ environment: [String: String] = [:], port: UInt16 = 0) throws -> Child {
        let number = state.withLock { state in
            state.number += 1
            return state.number
        }
        var words =
            [try Programs.path(of: Programs.runbook), "serve", "--port", "\(port)", "--data", data]
            + ["--rate-limit", "off", "--grace", "1s"] + arguments
        if let boot = state.withLock({ $0.boot }) { words = ["unshare"] + Boot.words(boot) + words }
        let child = try Child(
            words[0], Array(words.dropFirst()),
            environment: [
                "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": folder,
                "LANG": "C.UTF-8", "RUNBOOK_EXPLAIN": "1", "RUNBOOK_CHECK_LINKS": "off",
                "RUNBOOK_BOOTSTRAP_TOKEN": Self.token, "RUNBOOK_SHIM": try Programs.path(of: Programs.shim),
            ].merging(environment) { $1 },
            log: "\(folder)/server-\(number)", directory: folder)
        state.withLock { $0.child = child }
        return child
    }

    /// Starts it and waits until it is ready.
    func start(_ environment: [String: String] = [:], port: UInt16 = 0) async throws {
        let child = try launch(environment, port: port)
        try await until("the server is ready") {
            guard !child.hasEnded else { throw Refused(words: try child.error) }
            return try child.output.hasSuffix("\n")
        }
        let ready = try child.output.split(separator: "\n").first { $0.hasPrefix("ready http://127.0.0.1:") }
        let port = try #require(ready?.split(separator: ":").last.flatMap { UInt16($0) })
        state.withLock { $0.port = port }
    }

    /// It ended before it was ready.
    struct Refused: Error {
        let words: String
    }

    /// Sends the signal and waits for the end.
    @discardableResult
    func end(by signal: Int32) async throws -> Child.Ending {
        let child = try child
        child.signal(signal)
        return try await child.ending
    }

    /// The next servers see a machine that was booted once more.
    func reboot() throws {
        let file = "\(folder)/boot-\(UUID().uuidString)"
        try write(Boot.another(), to: file)
        state.withLock { $0.boot = file }
    }

    /// As a crash ends it, and up again.
    func crash() async throws {
        try await end(by: SIGKILL)
        try await start()
    }

    private func cleanUp() async throws {
        if let child = state.withLock({ $0.child }) {
            child.signal(SIGKILL)
            _ = try await child.ending
        }
        while case let left = try RunningProcess.all(thatKnow: data), !left.isEmpty {
            for process in left { kill(process.pid, SIGKILL) }
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}

/// A command that has ended.
struct Finished: Sendable {
    let status: Int32
    let output: String
    let error: String

    var json: JSON { get throws { try JSON(parsing: output) } }
}

extension Server {
    /// Starts `runbook` as a client of this server.
    func command(_ arguments: [String], input: String = "", _ environment: [String: String] = [:]) throws -> Child {
        try Child(
            try Programs.path(of: Programs.runbook), arguments,
            environment: [
                "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": folder,
                "LANG": "C.UTF-8",
                "RUNBOOK_URL": address, "RUNBOOK_TOKEN": Self.token,
            ].merging(environment) { $1 },
            input: input, log: "\(folder)/command-\(UUID().uuidString)", directory: folder)
    }

    /// Runs `runbook` to its end.
    func runbook(_ arguments: String..., input: String = "") async throws -> Finished {
        try await runbook(arguments, input: input)
    }

    func runbook(_ arguments: [String], input: String = "") async throws -> Finished {
        let child = try command(arguments, input: input)
        guard case .exited(let status) = try await child.ending else {
            throw Refused(words: "\(arguments) was ended by a signal: \(try child.error)")
        }
        return Finished(status: status, output: try child.output, error: try child.error)
    }

    /// Stores a guide.
    func store(_ name: String, _ guide: String) async throws {
        let answer = try await wire.post("/api/v1/runbooks?name=\(name)", guide, ["Content-Type": "text/markdown"])
        try #require(answer.status == 201 || answer.status == 200, "\(answer.text)")
    }

    /// Starts a run, and gives its id.
    func begin(_ runbook: String, parameters: [String: String] = [:]) async throws -> String {
        let answer = try await wire.post(
            "/api/v1/runs", "{\"runbook\": \"\(runbook)\", \"parameters\": \(try jsonText(parameters))}")
        try #require(answer.status == 201, "\(answer.text)")
        return try #require(try answer.json["id"].string)
    }

    func run(_ id: String) async throws -> JSON {
        let answer = try await wire.get("/api/v1/runs/\(id)")
        try #require(answer.status == 200, "\(answer.text)")
        return try answer.json
    }

    /// Waits until nothing more happens by itself.
    func settled(_ id: String) async throws -> JSON {
        var last = JSON.null
        try await until("run \(id) has settled") {
            last = try await run(id)
            return !["queued", "running", "waiting"].contains(last["state"].string)
        }
        return last
    }

    /// Everything that a run has printed, piece by piece.
    func chunks(of id: String) async throws -> [JSON] {
        var chunks: [JSON] = []
        while true {
            let answer = try await wire.get("/api/v1/runs/\(id)/output?limit=200&after=\(chunks.last?["n"].int ?? 0)")
            try #require(answer.status == 200, "\(answer.text)")
            let items = try answer.json["items"].items
            if items.isEmpty { return chunks }
            chunks += items
        }
    }

    func output(of id: String, _ stream: String = "stdout", step: String? = nil) async throws -> String {
        try await chunks(of: id).filter { $0["stream"].string == stream && (step == nil || $0["step"].string == step) }
            .map { $0["text"].string ?? "" }.joined()
    }

    /// All events, oldest first.
    func journal() async throws -> [JSON] {
        var events: [JSON] = []
        while true {
            let answer = try await wire.get("/api/v1/journal?limit=200&after=\(events.last?["seq"].int ?? 0)")
            try #require(answer.status == 200, "\(answer.text)")
            let items = try answer.json["items"].items
            if items.isEmpty { return events }
            events += items
        }
    }

    /// `audit verify` is content.
    func expectIntactJournal() async throws {
        let verified = try await runbook("audit", "verify")
        #expect(verified.status == 0, "\(verified.output)\(verified.error)")
    }

    /// Nothing that a run has started lives; the server itself may.
    func expectNoProcessLeft() async throws {
        let own = try child.pid
        try await until("no process is left") { try RunningProcess.all(thatKnow: data).allSatisfy { $0.pid == own } }
    }
}
