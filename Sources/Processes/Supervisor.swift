import CProcess
import Essentials
import Glibc
package import Logging
import Synchronization

/// Starts steps, each under a shim that outlives this process, and takes up those that an earlier server started.
///
/// It makes this process a child subreaper, so that what a dead shim leaves comes to it.
package final class Supervisor: Sendable {
    /// The path of the program that owns a step's process.
    package let shim: String
    let logger: Logger
    let watcher: Watcher
    /// Files and the starting of shims.
    let starts = BlockingQueue("runbook-starts")
    /// Logs; apart, so that reading a gigabyte does not hold up a start.
    private let reads = BlockingQueue("runbook-reads")
    /// The search through all processes for what a dead shim left.
    let searches = BlockingQueue("runbook-searches")
    let followed = Mutex(Followed())

    struct Followed {
        var isShutDown = false
        var attempts: [ObjectIdentifier: Attempt] = [:]
        /// One that waits for its order.
        var spare: SpareShim?
        /// The shims that are children of this process, and the orphans that are watched.
        var shims: Set<pid_t> = []
        var orphans: Set<pid_t> = []
    }

    /// - Parameter shim: the path of the executable `runbook-shim`.
    /// - Throws: `Problem.unavailable` when it is not there, or the kernel lacks what this needs (Linux 5.9).
    package init(shim: String, logger: Logger) throws {
        guard access(shim, X_OK) == 0 else {
            throw Problem.unavailable(
                "Put the program runbook-shim beside runbook: \"\(shim)\" cannot be executed (\(reason(errno))).")
        }
        let error = runbook_become_subreaper()
        guard error == 0 else { throw Problem.unavailable("This kernel has no child subreapers: \(reason(error)).") }
        self.shim = shim
        self.logger = logger
        do {
            watcher = try Watcher()
        } catch {
            throw Problem.unavailable(
                "Raise this user's limits on open files and inotify instances, or end what uses them up: \(error).")
        }
        watcher.start()
    }

    deinit { watcher.stop() }

    /// The shim that is installed beside the running program.
    package static func shimBesideProgram() throws -> String {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &path, path.count - 1)
        guard count > 0 else { throw SystemError(errno, "readlink /proc/self/exe") }
        let program = String(decoding: path.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return program.prefix(through: program.lastIndex(of: "/") ?? program.startIndex) + "runbook-shim"
    }

    /// Starts the step; returns when its shim runs.
    /// - Parameter isFollowed: another start will come soon. Then a shim is started for it beforehand, which waits.
    /// - Throws: `Problem.invalid` for what cannot be run at all, `Problem.conflict` when the folder was used before,
    ///   and a
    ///   system's error when the shim cannot be started: then the step has not run and will not. That the step's own
    ///   program cannot be run is an ending.
    package func start(_ launch: Launch, isFollowed: Bool = false) async throws -> Attempt {
        let attempt = try follow(launch.attempt, in: launch.folder)
        do {
            try await starts.run { try self.start(launch, as: attempt) }
        } catch {
            abandon(attempt, error)
            throw error
        }
        if isFollowed { prepareSpare() }
        return attempt
    }

    /// Takes up an attempt of an earlier server, in whatever condition it is. One that no shim has taken is fenced: it
    /// will not run any more, and its ending is `neverStarted`.
    /// - Throws: `Problem.unavailable` when its files cannot be read.
    package func adopt(folder: String, attempt id: String) async throws -> Attempt {
        let attempt = try follow(id, in: folder)
        do {
            try await starts.run { try self.resolve(attempt) }
        } catch {
            abandon(attempt, error)
            throw Problem.unavailable("Make the attempt's folder \(folder) readable to this server: \(error).")
        }
        return attempt
    }

    /// Stops watching, and leaves the steps to their shims. Who waits for an ending or for output gets a
    /// `CancellationError`.
    package func shutdown() async {
        let attempts = followed.withLock { followed in
            followed.isShutDown = true
            defer { (followed.attempts, followed.spare) = ([:], nil) }
            return followed.attempts.values.map(\.self)
        }
        watcher.stop()
        for attempt in attempts { attempt.settle(.failure(CancellationError())) }
    }

    private func follow(_ id: String, in folder: String) throws -> Attempt {
        let attempt = Attempt(id: id, folder: folder, watcher: watcher, queue: reads)
        try followed.withLock { followed in
            guard !followed.isShutDown else { throw CancellationError() }
            followed.attempts[ObjectIdentifier(attempt)] = attempt
        }
        return attempt
    }

    private func abandon(_ attempt: Attempt, _ error: any Error) {
        _ = followed.withLock { $0.attempts.removeValue(forKey: ObjectIdentifier(attempt)) }
        attempt.settle(.failure(error))
    }

    func finish(_ attempt: Attempt, _ ending: Ending) {
        _ = followed.withLock { $0.attempts.removeValue(forKey: ObjectIdentifier(attempt)) }
        attempt.settle(.success(ending))
    }

    private func start(_ launch: Launch, as attempt: Attempt) throws {
        let specification = try launch.specification()
        try attempt.files.prepare(launch)
        let (pid, held): (pid_t, Descriptor)
        do {
            (pid, held) =
                try startSpare(specification, in: launch.folder) ?? startShim(specification, in: launch.folder)
        } catch {
            // It may have run for an instant. Whoever takes the attempt first decides.
            guard try attempt.files.fence() else { return try resolve(attempt) }
            throw error
        }
        StopPoints.reached("after-spawn", folder: launch.folder)
        do {
            try watch(held, pid, of: attempt)
        } catch {
            logger.error("A shim cannot be watched", metadata: ["attempt": "\(attempt.id)", "error": "\(error)"])
            // Better no step than one whose end nobody sees.
            _ = runbook_pidfd_signal(held.raw, SIGKILL)
            var file = pollfd(fd: held.raw, events: Int16(POLLIN), revents: 0)
            while poll(&file, 1, -1) < 0 {}
            shimEnded(held, pid, attempt)
        }
    }

    private func startShim(_ specification: [UInt8], in folder: String) throws(SystemError) -> (pid_t, Descriptor) {
        var pid: pid_t = 0
        var raw: Int32 = -1
        // Under the lock, so that nobody takes a new shim for an orphan.
        let error = followed.withLock { followed in
            let error = runbook_start_shim(
                shim, folder, specification, specification.count, StopPoints.requested, &pid, &raw)
            if error == 0 { followed.shims.insert(pid) }
            return error
        }
        guard error == 0 else { throw SystemError(error, "start \(shim)") }
        return (pid, Descriptor(owning: raw))
    }

    private func watch(_ shim: Descriptor, _ pid: pid_t, of attempt: Attempt) throws(SystemError) {
        attempt.isOwned(by: shim)
        try watcher.onExit(of: shim) { self.shimEnded(shim, pid, attempt) }
    }

    /// Whether nobody watches this child yet; then the caller does.
    func isOrphan(_ child: pid_t) -> Bool {
        followed.withLock { !$0.shims.contains(child) && $0.orphans.insert(child).inserted }
    }

    func forgetOrphan(_ child: pid_t) { _ = followed.withLock { $0.orphans.remove(child) } }

    /// Finds out how an attempt stands, and does what follows from it.
    private func resolve(_ attempt: Attempt) throws(SystemError) {
        while true {
            switch try attempt.files.condition() {
            case .untaken:
                guard try attempt.files.fence() else { continue }
                return finish(attempt, Ending(outcome: .neverStarted))
            case .running(let shim, let record):
                return try watch(shim, record.shim, of: attempt)
            case .lost(let record):
                record?.reapShim()
                return endRemains(of: attempt, record, sawItsEnd: false)
            case .finished(let record):
                record.reapShim()
                return settle(attempt, .finished(record))
            case let condition:
                return settle(attempt, condition)
            }
        }
    }

    /// On the watcher's thread.
    private func shimEnded(_ shim: Descriptor, _ pid: pid_t, _ attempt: Attempt) {
        var status: Int32 = 0
        // A shim that an earlier server started may be the child of another process, which takes its exit.
        let isReaped = runbook_pidfd_reap(shim.raw, &status) == 0
        _ = followed.withLock { $0.shims.remove(pid) }
        do throws(SystemError) {
            switch try attempt.files.condition(shimHasEnded: true) {
            case .untaken:
                fenceDead(attempt)
                finish(attempt, ending(ofUntaken: isReaped ? status : 0))
            case .lost(let record):
                endRemains(of: attempt, record, sawItsEnd: true)
            case let condition:
                settle(attempt, condition)
            }
        } catch {
            logger.error(
                "The status of an attempt cannot be read", metadata: ["attempt": "\(attempt.id)", "error": "\(error)"])
            finish(attempt, Ending(outcome: .unknown, outputMayEndEarly: true))
        }
    }

    /// Nobody can take the attempt any more, as its only shim is dead: the fence is for those who look at the folder
    /// later, so that its failure (the disk is full, say) changes nothing.
    private func fenceDead(_ attempt: Attempt) {
        do throws(SystemError) {
            _ = try attempt.files.fence()
        } catch {
            logger.warning("An attempt cannot be fenced", metadata: ["attempt": "\(attempt.id)", "error": "\(error)"])
        }
    }

    /// The shim ends with the errno that kept it from taking the attempt.
    private func ending(ofUntaken status: Int32) -> Ending {
        let code = status & 0x7f == 0 ? status >> 8 & 0xff : 0
        guard code != 0 else { return Ending(outcome: .neverStarted) }
        return Ending(outcome: .couldNotStart(errno: code, "The attempt's folder could not be used: \(reason(code))."))
    }

    /// For the conditions in which nothing is left to do.
    private func settle(_ attempt: Attempt, _ condition: AttemptFolder.Condition) {
        switch condition {
        case .finished(let record):
            finish(attempt, record.ending(logBytes: attempt.files.logBytes))
        case .rebooted(let record):
            finish(attempt, Ending(outcome: .unknown, started: record.started, outputMayEndEarly: true))
        case .fenced, .untaken, .running, .lost:
            finish(attempt, Ending(outcome: .neverStarted))
        }
    }
}
