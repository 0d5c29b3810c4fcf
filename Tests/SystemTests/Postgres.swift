import Foundation
import Glibc
import Testing

/// A PostgreSQL server of its own, in a folder of its own, reached over a socket there; as a user without rights, for it does
/// not run as root.
struct Postgres {
    /// What lets `psql` find it.
    let environment: [String: String]
    let child: Child

    /// Where its programs are; nil where it is not installed.
    static let programs: String? = {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return versions.compactMap { Int($0) }.max().map { "\(root)/\($0)/bin" }
    }()

    private init(in folder: String) async throws {
        let programs = try #require(Self.programs)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        var prefix: [String] = []
        if getuid() == 0 {
            let nobody = try #require(getpwnam("nobody")).pointee
            try #require(chown(folder, nobody.pw_uid, nobody.pw_gid) == 0)
            prefix = [
                "setpriv", "--reuid", "\(nobody.pw_uid)", "--regid", "\(nobody.pw_gid)", "--clear-groups",
            ]
        }
        func start(_ words: [String]) throws -> Child {
            let words = prefix + words
            return try Child(
                words[0], Array(words.dropFirst()), environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"],
                log: "\(folder)-\(UUID().uuidString)", directory: folder)
        }
        let made = try start(
            ["\(programs)/initdb", "--no-sync", "--auth=trust", "--username=ada", "--pgdata=\(folder)/data"])
        let ending = try await made.ending
        let said = try made.error
        try #require(ending == .exited(0), "\(said)")
        environment = ["PGHOST": folder, "PGUSER": "ada", "PGDATABASE": "postgres"]
        child = try start([
            "\(programs)/postgres", "-D", "\(folder)/data", "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off",
        ])
        let child = child
        try await until("PostgreSQL is ready") {
            guard !child.hasEnded else { throw Server.Refused(words: try child.error) }
            return try child.error.contains("ready to accept connections")
        }
    }

    /// Runs a test beside it; it is ended at once afterwards.
    static func with<Value>(in folder: String, _ body: (Postgres) async throws -> Value) async throws -> Value {
        let postgres = try await Postgres(in: folder + "/pg")
        do {
            let value = try await body(postgres)
            try await postgres.end()
            return value
        } catch {
            try await postgres.end()
            throw error
        }
    }

    private func end() async throws {
        child.signal(SIGQUIT)
        _ = try await child.ending
    }
}
