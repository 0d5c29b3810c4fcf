import Essentials
import Processes
import RunbookFormat

extension Engine {
    /// So long a machine may take to say that all of a step has ended there, beside the grace that it gives it.
    private static let answerTime = Duration.seconds(3)

    /// The same step, on another machine: the shim's own process here is the one that carries it there.
    func launch(_ start: StepStart, of work: RunWork, on host: Host) -> Launch {
        let files = start.files
        let step = start.step
        let values = environment.values(
            run: work.id, onHost: step, attempt: start.attempt, declared: work.guide.metadata.environment,
            handedOn: start.handedOn, parameters: work.parameters.merging(step.answers(among: work.placeholders)) { $1 }
        )
        let driver = HostDriver(step: step, grace: settings.grace)
        return Launch(
            attempt: start.attempt.rawValue, folder: files.attempt,
            arguments: [supervisor.shim, "host", files.attempt] + ssh(to: host, log: files.sshLog),
            environment: environment.ssh.merging(values.map { ("host:\($0)", $1) }) { $1 },
            workingDirectory: files.workspace, timeout: timeout(of: start, in: work),
            grace: settings.grace + Self.answerTime,
            outputLimit: settings.outputLimit,
            files: [
                "driver": Array(driver.text.utf8), "script": Array(work.script(of: step).utf8), "output": [],
                "environment": [],
            ])
    }

    /// The keys, names and known hosts are those of the server's user. What asks, forwards or goes on by itself does not: a
    /// step has nobody to ask, and its connection ends with it.
    private func ssh(to host: Host, log: String) -> [String] {
        let options = [
            "BatchMode=yes", "ConnectTimeout=10", "ConnectionAttempts=1", "ServerAliveInterval=15",
            "ServerAliveCountMax=3",
            "ControlMaster=no", "ControlPath=none", "ClearAllForwardings=yes", "ForwardAgent=no", "ForwardX11=no",
            "PermitLocalCommand=no", "RemoteCommand=none", "EscapeChar=none", "LogLevel=INFO",
        ]
        var words = ["ssh", "-T", "-E", log]
        if let file = settings.sshConfig { words += ["-F", file] }
        words += options.flatMap { ["-o", $0] }
        if let user = host.user { words += ["-l", user] }
        if let port = host.port { words += ["-p", String(port)] }
        return words + ["--", host.name]
    }
}
