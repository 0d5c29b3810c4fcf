import Conversations
import Foundation
import Glibc
import Testing

/// What whoever starts a server can get wrong, and a disk that fills up under it.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ServingTests {
    /// Starts `serve` on a data folder, in vain.
    private func expectRefused(
        _ server: Server, data: String? = nil, port: UInt16 = 0, through wrapper: [String] = [], _ words: String...
    ) async throws {
        let arguments =
            wrapper + [
                try Programs.path(of: Programs.runbook), "serve", "--port", "\(port)", "--data", data ?? server.data,
            ]
        let child = try Child(
            arguments[0], Array(arguments.dropFirst()),
            environment: ["PATH": "/usr/bin:/bin", "RUNBOOK_SHIM": try Programs.path(of: Programs.shim)],
            log: "\(server.folder)/refused-\(UUID().uuidString)", directory: "/")
        let ending = try await child.ending
        guard case .exited(let status) = ending else { throw Server.Refused(words: "\(ending)") }
        let error = try child.error
        #expect([65, 69, 77].contains(status), "\(status): \(error)")
        #expect(try child.output.isEmpty)
        let sentence = error.split(separator: "\n").last.map(String.init) ?? ""
        #expect(sentence.hasPrefix("runbook: "), "\(error)")
        for word in words { #expect(sentence.contains(word), "\(error)") }
    }

    @Test func `a second server on one data folder is refused, and the first does not notice`() async throws {
        try await Server.with { server in
            try await expectRefused(server, "Another server holds the data folder", "--data")
            #expect(try await server.wire.get("/ready").status == 200)
        }
    }

    @Test func `a port that is taken is refused`() async throws {
        try await Server.with { server in
            try await expectRefused(
                server, data: server.folder + "/other", port: server.wire.port, "is taken", "--port")
        }
    }

    @Test func `the database of another program is refused, and not changed by a byte`() async throws {
        try await Server.with(isStarted: false) { server in
            try FileManager.default.createDirectory(atPath: server.data, withIntermediateDirectories: true)
            let path = server.data + "/runbook.db"
            try await Python.sql("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)", on: path)
            let before = try Data(contentsOf: URL(filePath: path))
            try await expectRefused(server, "belongs to another program")
            #expect(try Data(contentsOf: URL(filePath: path)) == before)
            try write("not a database at all", to: path)
            try await expectRefused(server, "is not a Runbook database")
            #expect(try content(path) == "not a database at all")
        }
    }

    @Test func `a database of a newer program is refused`() async throws {
        try await Server.with { server in
            try await server.end(by: SIGTERM)
            try await Python.sql("INSERT INTO grdb_migrations VALUES ('999-future')", on: server.data + "/runbook.db")
            try await expectRefused(server, "a newer Runbook")
        }
    }

    @Test(.enabled(if: getuid() == 0 && Programs.find("setpriv") != nil, "needs root and setpriv"))
    func `a data folder that can't be written is refused`() async throws {
        try await Server.with(isStarted: false) { server in
            try FileManager.default.createDirectory(atPath: server.data, withIntermediateDirectories: true)
            chmod(server.folder, 0o755)
            chmod(server.data, 0o755)
            let nobody = [
                try #require(Programs.find("setpriv")), "--reuid=65534", "--regid=65534", "--clear-groups",
            ]
            try await expectRefused(server, through: nobody, "can't be written", server.data)
            try await expectRefused(server, data: server.data + "/below", through: nobody, server.data)
            #expect(try FileManager.default.contentsOfDirectory(atPath: server.data).isEmpty)
        }
    }

    /// The step's lines stand in the shim's log, on the same disk, before the server takes them: so the room goes
    /// while the step waits.
    @Test(.enabled(if: SmallDisk.isPermitted, "needs to mount a tmpfs"))
    func `a disk that fills up in the middle of a run delays it until there is room`() async throws {
        let disk = try await SmallDisk()
        do {
            try await Server.with(data: disk.path + "/data") { server in
                let go = server.folder + "/go"
                try await server.store(
                    "waiting",
                    """
                    # Waiting

                    ```sh {name=wait}
                    echo before
                    until [ -e \(go) ]; do sleep 0.02; done
                    ```

                    ```sh {name=last}
                    echo last
                    ```
                    """)
                let run = try await server.begin("waiting")
                try await until("the first line is stored") { try await server.output(of: run) == "before\n" }
                let acknowledged = try await server.journal()
                try disk.fill()
                try touch(go)
                try await until("the server says that it waits for room") {
                    try server.log.contains("trying again in a second")
                }
                #expect(try await server.run(run)["state"].string == "running")
                #expect(try await server.journal() == acknowledged)
                let refused = try await server.wire.post("/api/v1/runs", #"{"runbook": "waiting"}"#)
                #expect(refused.status == 503, "\(refused.text)")
                #expect(try refused.json["detail"].string?.contains("disk is full") == true)
                try disk.makeRoom()
                let record = try await server.settled(run)
                #expect(record["state"].string == "succeeded", "\(record)")
                #expect(try await server.output(of: run) == "before\nlast\n")
                #expect(try await server.wire.get("/api/v1/runs").json["items"].items.count == 1)
                try await server.expectIntactJournal()
            }
            try await disk.remove()
        } catch {
            try await disk.remove()
            throw error
        }
    }
}

/// A tmpfs of a few megabytes.
struct SmallDisk: Sendable {
    let path: String

    static let isPermitted: Bool = {
        // A mount in a namespace of its own shows whether one is allowed, and leaves nothing behind.
        guard getuid() == 0, Programs.find("unshare") != nil, Programs.find("mount") != nil else { return false }
        let probe = try? Conversation(["sh", "-c", "unshare -m mount -t tmpfs none /mnt 2>/dev/null"])
        return probe?.finish().status == 0
    }()

    init() async throws {
        path = FileManager.default.temporaryDirectory.path + "/runbook-disk-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try await Self.run("mount", "-t", "tmpfs", "-o", "size=8m", "runbook-tests", path)
    }

    /// Until not one byte goes.
    func fill() throws {
        let file = open(path + "/ballast", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        try #require(file >= 0)
        defer { close(file) }
        let page = [UInt8](repeating: 0, count: 4096)
        while Glibc.write(file, page, page.count) > 0 {}
        try #require(errno == ENOSPC)
    }

    func makeRoom() throws { try FileManager.default.removeItem(atPath: path + "/ballast") }

    func remove() async throws {
        try await Self.run("umount", path)
        try FileManager.default.removeItem(atPath: path)
    }

    private static func run(_ program: String, _ arguments: String...) async throws {
        let log = FileManager.default.temporaryDirectory.path + "/runbook-disk-" + UUID().uuidString
        let child = try Child(
            try #require(Programs.find(program)), arguments, environment: [:], log: log, directory: "/")
        let ending = try await child.ending
        guard ending == .exited(0) else { throw Server.Refused(words: "\(program): \(try child.error)") }
        for suffix in [".in", ".out", ".err"] { try FileManager.default.removeItem(atPath: log + suffix) }
    }
}
