import CProcess
import Glibc
import Logging

extension Supervisor {
    /// Takes the exits of the orphans that came to this process from dead shims, now and when they end.
    ///
    /// They are told from the children that others in this process started, which stay in its session. Other
    /// supervisors in the same process, which only tests have, are left their living shims.
    func reapOrphans() throws {
        let session = getsid(0)
        for process in try allProcesses() where process.parent == getpid() && process.session != session {
            guard process.hasEnded || process.program != "runbook-shim", isOrphan(process.pid) else { continue }
            let raw = runbook_pidfd_open(process.pid)
            guard raw >= 0 else {
                forgetOrphan(process.pid)
                continue
            }
            let orphan = Descriptor(owning: raw)
            try watcher.onExit(of: orphan) { [self] in
                var status: Int32 = 0
                _ = runbook_pidfd_reap(orphan.raw, &status)
                forgetOrphan(process.pid)
                // Its own children come to this process now.
                searches.submit { self.reapMoreOrphans() }
            }
        }
    }

    private func reapMoreOrphans() {
        do {
            try reapOrphans()
        } catch {
            logger.error("Orphans cannot be taken up", metadata: ["error": "\(error)"])
        }
    }
}
