import CProcess
import Glibc
import Logging
import Synchronization

/// A shim that waits for its order, started before it is needed: what the start of a process costs (0.5 ms) then passes
/// while the step before runs. There is one at most.
final class SpareShim: Sendable {
    let pid: pid_t
    let held: Descriptor
    private let orders: Descriptor

    init(pid: pid_t, held: Descriptor, orders: Descriptor) {
        (self.pid, self.held, self.orders) = (pid, held, orders)
    }

    /// - Returns: false when it has ended meanwhile, or the order can't be given: then it does nothing.
    func order(_ specification: [UInt8], in folder: String) -> Bool {
        folder.utf8.count < RUNBOOK_SPARE_ROOM
            && runbook_order_shim(orders.raw, folder, specification, specification.count) == 0
    }
}

extension Supervisor {
    /// Starts a shim that waits, if none does; behind the starts that are under way.
    func prepareSpare() {
        guard followed.withLock({ $0.spare == nil && !$0.isShutDown }) else { return }
        starts.submit { self.startSpare() }
    }

    private func startSpare() {
        followed.withLock { followed in
            guard followed.spare == nil, !followed.isShutDown else { return }
            var (pid, raw, orders) = (pid_t(0), Int32(-1), Int32(-1))
            // Without one, the next start makes its own, and says what is wrong.
            guard runbook_start_spare_shim(shim, StopPoints.requested, &pid, &raw, &orders) == 0 else { return }
            followed.shims.insert(pid)
            followed.spare = SpareShim(
                pid: pid, held: Descriptor(owning: raw), orders: Descriptor(owning: orders))
        }
    }

    /// Gives the one that waits its order, if there is one that can take it.
    func startSpare(_ specification: [UInt8], in folder: String) -> (pid_t, Descriptor)? {
        guard let spare = takeSpare() else { return nil }
        guard spare.order(specification, in: folder) else {
            forget(spare)
            return nil
        }
        return (spare.pid, spare.held)
    }

    private func takeSpare() -> SpareShim? {
        followed.withLock { followed in
            defer { followed.spare = nil }
            return followed.spare
        }
    }

    /// Ends the one that waits: nothing follows any more.
    package func dismissSpare() {
        if let spare = takeSpare() { forget(spare) }
    }

    /// Takes the exit of one that did nothing, when it ends: at once, for nobody can give it an order any more.
    private func forget(_ spare: SpareShim) {
        let (pid, held) = (spare.pid, spare.held)
        do {
            try watcher.onExit(of: held) { [weak self] in
                var status: Int32 = 0
                _ = runbook_pidfd_reap(held.raw, &status)
                _ = self?.followed.withLock { $0.shims.remove(pid) }
            }
        } catch {
            logger.warning("The end of a shim cannot be watched", metadata: ["error": "\(error)"])
        }
    }
}
