import CProcess
import Essentials
import Glibc
import Logging
import Synchronization

/// What is left of a step whose shim died without a result.
///
/// The step's main process dies with the shim; others do not. Found are those of the step's session, those that were given
/// the attempt's id, and a main process that has not left the shim's session yet. What has cleared its environment and left
/// the session is out of reach.
struct Remains: Sendable {
    let attempt: String
    let record: AttemptRecord?
    /// Whether this server saw the shim's end. If not, that may be long ago, and the number of the step's session may
    /// have passed to another since; it is trusted only if its leader or a member is certainly of this step.
    let sawItsEnd: Bool

    private var entry: String { "RUNBOOK_ATTEMPT=\(attempt)" }

    /// Those that live now; a fork may already have made one more.
    func find() throws(SystemError) -> [runbook_process] {
        let living = try allProcesses().filter { !$0.hasEnded && $0.pid != getpid() }
        let marked = living.filter { runbook_process_was_given($0.pid, entry) != 0 }
        guard let record else { return marked }
        let pids = Set(marked.map(\.pid))
        let members = living.filter { $0.session == record.step }
        var found = sawItsEnd || members.contains { pids.contains($0.pid) } ? members : []
        // One that has not left the shim's session is not marked either, so that nothing vouches for that number later.
        if sawItsEnd { found += living.filter { $0.session == record.shim } }
        return marked + found.filter { !pids.contains($0.pid) }
    }
}

extension Supervisor {
    /// Ends what is left, then finishes the attempt as unknown.
    func endRemains(of attempt: Attempt, _ record: AttemptRecord?, sawItsEnd: Bool) {
        logger.warning("A shim died without a result", metadata: ["attempt": "\(attempt.id)"])
        end(Remains(attempt: attempt.id, record: record, sawItsEnd: sawItsEnd), of: attempt)
    }

    /// Kills what it finds, waits until that has ended, and begins again, until it finds nothing.
    private func end(_ remains: Remains, of attempt: Attempt) {
        searches.submit { [self] in
            var isLeft = false
            do {
                var killed: [Descriptor] = []
                for process in try remains.find() {
                    switch try process.kill() {
                    case .killed(let pidfd): killed.append(pidfd)
                    case .gone: break
                    case .forbidden: isLeft = true
                    }
                }
                guard killed.isEmpty else {
                    return try afterEnd(of: killed) { self.end(remains, of: attempt) }
                }
                try reapOrphans()
            } catch {
                isLeft = true
                logger.error(
                    "What a dead shim left cannot be ended",
                    metadata: ["attempt": "\(attempt.id)", "error": "\(error)"])
            }
            finish(
                attempt,
                Ending(
                    outcome: .unknown, started: remains.record?.started, outputMayEndEarly: true, processesLeft: isLeft)
            )
        }
    }

    private func afterEnd(of processes: [Descriptor], _ next: @escaping @Sendable () -> Void) throws(SystemError) {
        let waiting = Counter(processes.count)
        for process in processes {
            try watcher.onExit(of: process) {
                var status: Int32 = 0
                // It is ours only if this server started the shim.
                _ = runbook_pidfd_reap(process.raw, &status)
                if waiting.countDown() == 0 { next() }
            }
        }
    }
}

private final class Counter: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) { left = Mutex(count) }

    func countDown() -> Int {
        left.withLock { left in
            left -= 1
            return left
        }
    }
}

/// Not a snapshot: processes come and go while it reads.
func allProcesses() throws(SystemError) -> [runbook_process] {
    var list: UnsafeMutablePointer<runbook_process>?
    let count = runbook_processes(&list)
    guard count >= 0 else { throw SystemError(errno, "read /proc") }
    defer { free(list) }
    return Array(UnsafeBufferPointer(start: list, count: count))
}

extension runbook_process {
    fileprivate enum Killing {
        case killed(Descriptor)
        case gone
        case forbidden
    }

    var hasEnded: Bool { state == CChar(UInt8(ascii: "Z")) || state == CChar(UInt8(ascii: "X")) }

    var program: String {
        withUnsafeBytes(of: name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// Holds the process first and compares then, so that nobody who took over its pid is killed.
    fileprivate func kill() throws(SystemError) -> Killing {
        let raw = runbook_pidfd_open(pid)
        guard raw >= 0 else {
            guard errno == ESRCH else { throw SystemError(errno, "pidfd_open") }
            return .gone
        }
        let held = Descriptor(owning: raw)
        var now = runbook_process()
        guard runbook_process_read(pid, &now) == 0, now.start == start else { return .gone }
        switch runbook_pidfd_signal(held.raw, SIGKILL) {
        case 0: return .killed(held)
        case EPERM: return .forbidden
        default: return .gone
        }
    }
}
