import Essentials
import Foundation
import Logging
import Storage

extension Engine {
    /// Removes what a server that was killed had no time to: the files of attempts that are on the record, and the
    /// workspaces of runs that succeeded.
    func sweep() async {
        do {
            try await makeAttemptsFolder()
            try await sweep("attempts") { attempt, reader in
                let parts = attempt.split(separator: ".").map(String.init)
                guard parts.count == 2, let launch = Int64(parts[1]) else { return false }
                let wanted = try reader.integer(
                    "SELECT launch FROM attempts WHERE id = \(parts[0]) AND state = 'running'")
                return wanted != launch
            }
            try await sweep("runs") { run, reader in
                try reader.exists("SELECT 1 FROM runs WHERE id = \(run) AND state = 'succeeded'")
            }
        } catch {
            logger.warning("What an earlier server left could not be removed", metadata: ["error": "\(error)"])
        }
    }

    /// It is there before the first attempt is recorded. Where it is missing and attempts are under way, somebody took it
    /// away (a database brought back without it, say): then nobody knows how far they came, and to make it would claim
    /// that they never started.
    private func makeAttemptsFolder() async throws {
        let isUnderWay = try await database.read { reader in
            try reader.exists("SELECT 1 FROM attempts WHERE state = 'running'")
        }
        guard !isUnderWay else { return }
        try FileManager.default.createDirectory(
            atPath: database.folder + "/attempts", withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }

    private func sweep(_ name: String, _ isLeftOver: @escaping @Sendable (String, Reader) throws -> Bool) async throws {
        let folder = database.folder + "/" + name
        guard FileManager.default.fileExists(atPath: folder) else { return }
        let entries = try FileManager.default.contentsOfDirectory(atPath: folder)
        let leftOver = try await database.survey { reader in try entries.filter { try isLeftOver($0, reader) } }
        for entry in leftOver { try FileManager.default.removeItem(atPath: "\(folder)/\(entry)") }
    }
}
