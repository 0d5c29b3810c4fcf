import Foundation
import Testing

/// Debian's `prometheus-alertmanager`, which sends to a server.
struct Alertmanager {
    let child: Child
    let address: String

    var wire: Wire { Wire(port: UInt16(address.split(separator: ":").last ?? "") ?? 0, token: "") }

    /// Takes a free port and says in its log which.
    static func start(sendingTo server: Server, token: String) async throws -> Alertmanager {
        let folder = server.folder
        try write(
            """
            route:
              receiver: runbook
              group_by: [alertname]
              group_wait: 50ms
              group_interval: 100ms
              repeat_interval: 200ms
            receivers:
              - name: runbook
                webhook_configs:
                  - url: \(server.address)/api/v1/alerts/alertmanager
                    http_config: {authorization: {credentials: "\(token)"}}

            """, to: folder + "/alertmanager.yml")
        let child = try Child(
            try #require(Programs.find("prometheus-alertmanager"), "Scripts/bootstrap --tests installs it"),
            [
                "--config.file=\(folder)/alertmanager.yml", "--storage.path=\(folder)/alertmanager",
                "--web.listen-address=127.0.0.1:0", "--cluster.listen-address=",
            ], environment: ["PATH": "/usr/bin:/bin"], log: folder + "/alertmanager", directory: folder)
        var address = ""
        try await until("Alertmanager listens") {
            let error = try child.error
            try #require(!child.hasEnded, "\(error)")
            let words = error.split(whereSeparator: \.isWhitespace)
            let found = words.first { $0.hasPrefix("address=127.0.0.1:") }
            address = found.map { String($0.dropFirst("address=".count)) } ?? ""
            return !address.isEmpty
        }
        return Alertmanager(child: child, address: address)
    }

    func add(_ labels: String..., annotations: [String] = [], isOver: Bool = false, in server: Server) async throws {
        let end = isOver ? ["--end=\(Date.ISO8601FormatStyle(includingFractionalSeconds: true).format(Date()))"] : []
        let child = try Child(
            try #require(Programs.find("amtool")),
            ["--alertmanager.url=http://\(address)", "alert", "add"] + labels
                + annotations.map { "--annotation=\($0)" } + end,
            environment: ["PATH": "/usr/bin:/bin", "HOME": server.folder],
            log: "\(server.folder)/amtool-\(UUID().uuidString)", directory: server.folder)
        let ending = try await child.ending
        let error = try child.error
        #expect(ending == .exited(0), "\(error)")
    }

    /// How often it has called its webhook, by its own count.
    func calls() async throws -> Int {
        let line = try await wire.get("/metrics").text.split(separator: "\n").first {
            $0.hasPrefix("alertmanager_notifications_total{integration=\"webhook\"}")
        }
        return line.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) } ?? 0
    }
}
