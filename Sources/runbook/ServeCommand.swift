import API
import App
import ArgumentParser
import Essentials
import Foundation
import Logging
import RunbookFormat

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Runs the server: the API, the web pages, and the engine that carries out runs.",
        discussion: """
            Prints one line on standard output when it is ready, `ready http://127.0.0.1:8080`; all else goes to standard \
            error. The first start prints a link there that makes the first admin. SIGTERM and Ctrl-C end it; running steps \
            go on, and the next start takes them up again.

            Each flag can also stand in the environment: --port as RUNBOOK_PORT, and so on. RUNBOOK_BOOTSTRAP_TOKEN, 32 \
            characters or more, is an admin's token for 24 hours, while there is no account.

              runbook serve --port 9000 --data ./somewhere
              RUNBOOK_BOOTSTRAP_TOKEN=$(openssl rand -hex 32) runbook serve
            """)

    @Option(help: "The address to listen on. (default: 127.0.0.1)")
    var host: String?

    @Option(help: "The port to listen on; 0 takes a free one. (default: 8080)")
    var port: Int?

    @Option(help: "The folder that keeps everything. (default: ./data)", completion: .directory)
    var data: String?

    @Option(help: "The folder of runbooks to load. (default: ./Runbooks, if there is one)", completion: .directory)
    var runbooks: String?

    @Option(help: "Reads templates and assets from this folder, while one designs.", completion: .directory)
    var web: String?

    @Option(help: "A PEM file; with it and the key the server speaks TLS.", completion: .file())
    var tlsCertificate: String?

    @Option(help: "The certificate's key, a PEM file.", completion: .file())
    var tlsKey: String?

    @Option(help: "on, or off for benchmarks. (default: on)")
    var rateLimit: String?

    @Flag(help: "Lets everybody read /metrics, without a token.")
    var metricsOpen = false

    @Option(
        help: ArgumentHelp(
            """
            Runs at once, of each priority; more wait in the queue. A plain number is shared by all of them. \
            (default: critical=18,high=60,default=40,low=4)
            """, valueName: "workers"))
    var workers: String?

    @Option(help: "Bytes of output that a step may leave; the rest is cut off with a marker. (default: 67108864)")
    var outputLimit: Int64?

    @Option(
        help: ArgumentHelp(
            "Remove the output of attempts that ended longer ago, such as 90d. (default: it is kept)",
            valueName: "duration"))
    var outputKeep: String?

    @Option(
        help: ArgumentHelp(
            "Bytes of output that are kept of all runs together; the oldest is removed first. (default: no limit)",
            valueName: "bytes"))
    var outputTotal: Int64?

    @Option(help: "How long a step that is stopped has to end by itself. (default: 10s)")
    var grace: String?

    @Option(
        help: "What ssh reads instead of its user's configuration, for steps on other machines.", completion: .file())
    var sshConfig: String?

    @Option(
        help: ArgumentHelp(
            "How often each link of a service is looked at, such as 15m, or off. (default: 15m)",
            valueName: "duration"))
    var checkLinks: String?

    @Option(help: "debug, info, warning or error. (default: info)")
    var logLevel: String?

    func run() async throws {
        let settings = try settings(environment: ProcessInfo.processInfo.environment)
        LoggingSystem.bootstrap { _ in JSONLog(level: settings.level) }
        try await RunbookServer(configuration: settings.configuration, logger: Logger(label: "runbook")).run()
    }

    /// Flags, then `RUNBOOK_*` variables, then what is usual.
    /// - Throws: `ValidationError` naming the flag or variable.
    func settings(environment: [String: String]) throws -> (configuration: Configuration, level: Logger.Level) {
        func text(_ flag: String?, _ name: String) -> String? {
            flag ?? environment["RUNBOOK_\(name)"].flatMap { $0.isEmpty ? nil : $0 }
        }
        func number<Number: FixedWidthInteger>(
            _ flag: Number?, _ name: String, in range: ClosedRange<Number>, usual: Number
        ) throws -> Number {
            guard let text = flag.map({ "\($0)" }) ?? text(nil, name) else { return usual }
            guard let number = Number(text), range.contains(number) else {
                throw ValidationError(
                    "--\(name.lowercased().replacing("_", with: "-")) (RUNBOOK_\(name)) is a number from \(range.lowerBound) to \(range.upperBound), not \"\(text)\"."
                )
            }
            return number
        }
        var configuration = Configuration(version: runbookVersion, environment: environment)
        configuration.host = text(host, "HOST") ?? configuration.host
        configuration.port = try number(port, "PORT", in: 0...65_535, usual: configuration.port)
        configuration.data = Self.absolute(text(data, "DATA") ?? configuration.data)
        configuration.runbooks = try Self.folder(of: text(runbooks, "RUNBOOKS"))
        configuration.web = text(web, "WEB").map(Self.absolute)
        if let text = text(workers, "WORKERS") {
            do throws(Problem) {
                try configuration.setWorkers(text)
            } catch {
                throw ValidationError("--workers (RUNBOOK_WORKERS): \(error.message)")
            }
        }
        configuration.outputLimit = try number(
            outputLimit, "OUTPUT_LIMIT", in: 1024...(1 << 40), usual: configuration.outputLimit)
        if let text = text(outputKeep, "OUTPUT_KEEP") {
            guard let age = DurationText.parse(text), age > .zero else {
                throw ValidationError(
                    "--output-keep (RUNBOOK_OUTPUT_KEEP) is a duration such as 90d or 12h, not \"\(text)\".")
            }
            configuration.keepOutput(for: age)
        }
        let total = try number(outputTotal, "OUTPUT_TOTAL", in: 0...(1 << 50), usual: -1)
        if total >= 0 { configuration.keepOutput(bytes: total) }
        if let text = text(grace, "GRACE") {
            guard let grace = DurationText.parse(text) else {
                throw ValidationError("--grace (RUNBOOK_GRACE) is a duration such as 10s or 1m, not \"\(text)\".")
            }
            configuration.grace = grace
        }
        configuration.sshConfig = text(sshConfig, "SSH_CONFIG").map(Self.absolute)
        if let text = text(checkLinks, "CHECK_LINKS") {
            let interval = DurationText.parse(text)
            guard text == "off" || interval.map({ $0 >= .seconds(1) }) == true else {
                throw ValidationError(
                    "--check-links (RUNBOOK_CHECK_LINKS) is a duration of 1s or more such as 15m, or off, not \"\(text)\"."
                )
            }
            configuration.linkInterval = interval
        }
        switch (text(tlsCertificate, "TLS_CERTIFICATE"), text(tlsKey, "TLS_KEY")) {
        case (let certificate?, let key?):
            configuration.certificate = .init(path: Self.absolute(certificate), key: Self.absolute(key))
        case (nil, nil): break
        default: throw ValidationError("--tls-certificate and --tls-key come together.")
        }
        switch text(rateLimit, "RATE_LIMIT") {
        case nil, "on": break
        case "off": configuration.isRateLimited = false
        case let other?: throw ValidationError("--rate-limit (RUNBOOK_RATE_LIMIT) is on or off, not \"\(other)\".")
        }
        switch text(metricsOpen ? "on" : nil, "METRICS_OPEN") {
        case nil, "off": break
        case "on": configuration.areMetricsOpen = true
        case let other?: throw ValidationError("RUNBOOK_METRICS_OPEN is on or off, not \"\(other)\".")
        }
        let levelName = text(logLevel, "LOG_LEVEL") ?? "info"
        guard let level = Logger.Level(rawValue: levelName) else {
            throw ValidationError(
                "--log-level (RUNBOOK_LOG_LEVEL) is debug, info, warning or error, not \"\(levelName)\".")
        }
        return (configuration, level)
    }

    /// The folder named must be there; the usual one may be missing.
    private static func folder(of named: String?) throws -> String? {
        let path = absolute(named ?? "./Runbooks")
        var isFolder: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
        guard isThere || named == nil else {
            throw Problem.invalid("There is no folder \(path): name another with --runbooks.")
        }
        return isThere ? path : nil
    }

    private static func absolute(_ path: String) -> String {
        URL(
            filePath: path,
            relativeTo: URL(filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
        )
        .standardizedFileURL.path
    }
}
