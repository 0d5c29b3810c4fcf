import Conversations
import Foundation
import Glibc
import Testing

/// OpenSSH's own server, on loopback addresses of which each is a machine, with keys and a client's configuration of their own.
final class SSHHosts: Sendable {
    static let server = "/usr/sbin/sshd"

    /// What ssh reads: it knows `web-1`, `web-2`, `web-3`, and `nowhere`, where nobody listens.
    let config: String
    private let child: Child

    /// Runs a test beside machines that answer.
    static func with<Value>(_ body: (SSHHosts) async throws -> Value) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.path + "/runbook-ssh-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let hosts = try await started(in: folder)
        do {
            let value = try await body(hosts)
            try await hosts.stop()
            try FileManager.default.removeItem(atPath: folder)
            return value
        } catch {
            try await hosts.stop()
            print("What the machines said is kept in \(folder)")
            throw error
        }
    }

    private init(config: String, child: Child) {
        self.config = config
        self.child = child
    }

    private static func started(in folder: String) async throws -> SSHHosts {
        for name in ["host", "user"] {
            let made = try Conversation(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "\(folder)/\(name)"])
                .finish()
            try #require(made.status == 0, "\(made.output)")
        }
        let key = try content("\(folder)/host.pub").split(separator: " ").prefix(2).joined(separator: " ")
        let names = ["web-1", "web-2", "web-3"]
        try write(names.map { "\($0) \(key)\n" }.joined(), to: "\(folder)/known")
        // It drops its privileges into this folder, which the machine's own start of it would make.
        if getuid() == 0 { mkdir("/run/sshd", 0o755) }
        while true {
            let port = try freePort()
            try write(
                """
                Port \(port)
                ListenAddress 127.0.0.1
                ListenAddress 127.0.0.2
                ListenAddress 127.0.0.3
                HostKey \(folder)/host
                AuthorizedKeysFile \(folder)/user.pub
                StrictModes no
                UsePAM no
                AllowUsers \(NSUserName())
                PidFile none
                MaxStartups 100

                """, to: "\(folder)/sshd_config")
            let aliases = names.enumerated().map { index, name in
                "Host \(name)\n  HostName 127.0.0.\(index + 1)\n  Port \(port)\n  HostKeyAlias \(name)\n"
            }
            try write(
                """
                \(aliases.joined())Host nowhere
                  HostName 127.0.0.1
                  Port 1
                Host *
                  IdentityFile \(folder)/user
                  IdentitiesOnly yes
                  UserKnownHostsFile \(folder)/known
                  GlobalKnownHostsFile /dev/null
                  StrictHostKeyChecking yes

                """, to: "\(folder)/ssh_config")
            let child = try Child(
                server, ["-D", "-e", "-f", "\(folder)/sshd_config"], environment: ["PATH": "/usr/bin:/bin"],
                log: "\(folder)/sshd", directory: folder)
            try await until("sshd listens") {
                try child.hasEnded || child.error.components(separatedBy: "Server listening").count > 3
            }
            // Another program may have taken the port in between.
            guard child.hasEnded else { return SSHHosts(config: "\(folder)/ssh_config", child: child) }
            let said = try child.error
            try #require(said.contains("already in use"), "\(said)")
        }
    }

    private static func freePort() throws -> UInt16 {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let error = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, size) == 0 && getsockname(listener, address, &size) == 0 ? 0 : errno
            }
        }
        try #require(error == 0)
        return UInt16(bigEndian: address.sin_port)
    }

    /// Ends the machines' side of every connection there is, as a machine that goes down.
    func cut() throws {
        let all = try RunningProcess.all()
        var sessions = [child.pid]
        for pid in all.map(\.pid).sorted() {
            guard let process = all.first(where: { $0.pid == pid }), sessions.contains(process.parent),
                process.arguments.first?.hasPrefix("sshd") == true
            else { continue }
            sessions.append(pid)
        }
        for session in sessions.dropFirst() { kill(session, SIGKILL) }
    }

    private func stop() async throws {
        try cut()
        child.signal(SIGTERM)
        _ = try await child.ending
    }
}
