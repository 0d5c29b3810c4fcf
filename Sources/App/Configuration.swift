package import Essentials
package import Executions
import Foundation

/// What a server is started with: flags, then `RUNBOOK_*` variables, then what is usual.
package struct Configuration: Sendable {
    package struct Certificate: Sendable {
        package let path: String
        package let key: String

        package init(path: String, key: String) {
            self.path = path
            self.key = key
        }
    }

    package var host = "127.0.0.1"
    /// 0 takes a free one.
    package var port = 8080
    package var data = "./data"
    /// Loaded at start; nil for none.
    package var runbooks: String?
    /// Templates and assets are read from here at each request, while one designs; nil for those in the program.
    package var web: String?
    package var certificate: Certificate?
    package var isRateLimited = true
    package var areMetricsOpen = false
    /// Bytes of output that an attempt may leave.
    package var outputLimit: Int64 = 64 << 20
    /// How long output is kept, and how much.
    private(set) var retention = OutputRetention()
    /// Between SIGTERM and SIGKILL when a step is stopped.
    package var grace = Duration.seconds(10)
    /// What ssh reads instead of its user's configuration, for steps on other machines.
    package var sshConfig: String?
    /// How often each link of a service is looked at; nil for never by itself.
    package var linkInterval: Duration? = .seconds(900)
    /// Runs at once.
    package var workers = Workers.usual
    /// The program that owns a step's process.
    package var shim: String
    package var bootstrapToken: String?
    package var version: String
    /// The server's own environment.
    package var environment: [String: String]

    package init(version: String, environment: [String: String]) {
        self.version = version
        self.environment = environment
        shim = environment["RUNBOOK_SHIM"] ?? Self.besideThisProgram("runbook-shim")
        bootstrapToken = environment["RUNBOOK_BOOTSTRAP_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// - Parameter text: such as `critical=18,high=60,default=40,low=4`, or one number for all.
    package mutating func setWorkers(_ text: String) throws(Problem) { workers = try Workers(parsing: text) }

    /// Removes output of attempts that ended longer ago.
    package mutating func keepOutput(for age: Duration) { retention.age = age }

    /// Keeps so much output of all runs together; the oldest is removed first.
    package mutating func keepOutput(bytes: Int64) { retention.bytes = bytes }

    private static func besideThisProgram(_ name: String) -> String {
        let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        return program.deletingLastPathComponent().appending(path: name).path
    }

    func address(port: Int) -> String {
        let shown = host.contains(":") ? "[\(host)]" : host
        return "\(certificate == nil ? "http" : "https")://\(shown):\(port)"
    }
}
