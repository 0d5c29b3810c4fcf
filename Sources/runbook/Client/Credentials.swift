import Essentials
import Dispatch
import Foundation
import Glibc

/// What `runbook login` saved: a token for each server, and the server that was signed in to last.
struct Credentials: Codable, Equatable {
    struct Entry: Codable, Equatable {
        var token: String
        /// The token's id on the server, to revoke it; absent for one that was given.
        var id: String?
        var name: String?
        var expires: String?
    }

    /// The address used where none is named.
    var current: String?
    var servers: [String: Entry] = [:]

    /// `$XDG_CONFIG_HOME/runbook/credentials.json`, else `~/.config/runbook/credentials.json`.
    /// - Throws: `Problem.invalid` when there is no home to keep it in.
    static func path(environment: [String: String]) throws(Problem) -> String {
        // The specification of XDG: a path that is not absolute is to be ignored.
        if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
            return "\(folder)/runbook/credentials.json"
        }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw .invalid("There is no home folder to keep the sign-in in: set HOME, or use RUNBOOK_TOKEN.")
        }
        return "\(home)/.config/runbook/credentials.json"
    }

    init() {}

    /// Empty when there is no such file.
    /// - Throws: `Problem.invalid` when it is damaged, or others may read it.
    init(readingFrom path: String) throws {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else {
                throw Problem.invalid("\(path) cannot be read: \(String(cString: strerror(errno))).")
            }
            return
        }
        guard status.st_mode & 0o077 == 0 else {
            throw Problem.invalid("\(path) holds tokens and others may read it: run `chmod 600 \(path)`.")
        }
        do {
            self = try JSONDecoder().decode(Credentials.self, from: Data(contentsOf: URL(filePath: path)))
        } catch {
            throw Problem.invalid("\(path) cannot be read: delete it and sign in again with `runbook login`.")
        }
    }

    /// Puts the file in place whole or not at all, readable by its owner alone.
    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(self)
        let folder = (path as NSString).deletingLastPathComponent
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Problem.invalid("The folder \(folder) cannot be made: the sign-in was not saved.")
        }
        let temporary = "\(path).\(getpid())"
        // Made with its permissions, so that the token is at no moment readable by others.
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw Problem.invalid(
                "\(path) cannot be written (\(String(cString: strerror(errno)))): the sign-in was not saved.")
        }
        do {
            defer { close(descriptor) }
            try data.withUnsafeBytes { try Output(descriptor: descriptor, isTerminal: false).write($0) }
        } catch {
            unlink(temporary)
            throw Problem.invalid("\(path) cannot be written: the sign-in was not saved.")
        }
        guard rename(temporary, path) == 0 else {
            let reason = String(cString: strerror(errno))
            unlink(temporary)
            throw Problem.invalid("\(path) cannot be written (\(reason)): the sign-in was not saved.")
        }
    }
}
