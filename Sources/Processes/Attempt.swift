import CProcess
import Essentials
import Glibc
import Synchronization

/// One attempt of a step, started or taken up again: its output, its ending, and the way to end it.
package final class Attempt: Sendable {
    package let id: String
    package let folder: String
    let files: AttemptFolder
    let watcher: Watcher
    let queue: BlockingQueue

    private let settled = Promise<Ending>()
    private let shim = Mutex<Descriptor?>(nil)
    /// Readers that wait at the end of the log.
    private let readers = Mutex<[ObjectIdentifier: Promise<Void>]>([:])

    init(id: String, folder: String, watcher: Watcher, queue: BlockingQueue) {
        self.id = id
        self.folder = folder
        self.watcher = watcher
        self.queue = queue
        files = AttemptFolder(path: folder)
    }

    /// Waits for the ending, however long it takes.
    /// - Throws: `CancellationError` when the waiting task is cancelled or the supervisor was shut down.
    package var ending: Ending {
        get async throws { try await settled.value }
    }

    /// What the step has written and will write, from an `endOffset` on.
    package func output(from offset: Int64 = 0) -> AttemptOutput { AttemptOutput(attempt: self, offset: offset) }

    /// Asks the shim to end the step and all below it; the ending then says `stopped`. May be called at any time, any
    /// number of times.
    package func stop() {
        shim.withLock { shim in
            guard let shim else { return }
            // It fails only for a shim that has ended, which is what was asked for.
            _ = runbook_pidfd_signal(shim.raw, SIGTERM)
        }
    }

    func isOwned(by pidfd: Descriptor) { shim.withLock { $0 = pidfd } }

    var hasEnded: Bool { settled.isSettled }

    func settle(_ result: Result<Ending, any Error>) {
        shim.withLock { $0 = nil }
        settled.settle(result)
        for reader in readers.withLock({ $0.values.map(\.self) }) { reader.settle(.success(())) }
    }

    /// Waits until the log is longer than it was, or the attempt has ended.
    func logGrows(beyond bytes: Int64) async throws {
        let grown = Promise<Void>()
        let id = ObjectIdentifier(grown)
        readers.withLock { $0[id] = grown }
        defer { _ = readers.withLock { $0.removeValue(forKey: id) } }
        let change = try watcher.onChange(of: files.log) { grown.settle(.success(())) }
        defer { watcher.cancel(change) }
        // Only now, when nothing can be missed any more.
        guard !hasEnded, files.logBytes <= bytes else { return }
        try await grown.value
    }
}
