import Glibc

/// The frames of an attempt in the order of their arrival, in batches of about 1 MiB at most. It waits for more until
/// the attempt has ended and all was read. Any number may read at once, from any `endOffset`, also long after the
/// ending, as long as the log is there.
///
/// Throws `CancellationError` when the reading task is cancelled or the supervisor was shut down.
package struct AttemptOutput: AsyncSequence, Sendable {
    package typealias Element = [Frame]

    let attempt: Attempt
    let offset: Int64

    package func makeAsyncIterator() -> Iterator { Iterator(attempt: attempt, offset: offset) }

    package struct Iterator: AsyncIteratorProtocol {
        let attempt: Attempt
        var offset: Int64
        private var log: AttemptLog?

        init(attempt: Attempt, offset: Int64) {
            self.attempt = attempt
            self.offset = offset
        }

        package mutating func next() async throws -> [Frame]? {
            while true {
                try Task.checkCancellation()
                // Asked before reading: a shim that has ended writes no more, so that what is then read is all.
                let isComplete = attempt.hasEnded
                // Asking for the size costs a hundredth of what a change to the reading thread does.
                let isMore = attempt.files.logBytes > offset
                let batch = isMore ? try await read() : nil
                if let last = batch?.frames.last {
                    offset = last.endOffset
                    return batch?.frames
                }
                guard !isComplete else {
                    _ = try await attempt.ending
                    return nil
                }
                try await attempt.logGrows(beyond: isMore ? batch?.logBytes ?? 0 : offset)
            }
        }

        /// Nil when there is nothing to read.
        private mutating func read() async throws -> AttemptLog.Batch? {
            let (attempt, offset, open) = (attempt, offset, log)
            let (log, batch) = try await attempt.queue.run { () -> (AttemptLog?, AttemptLog.Batch?) in
                guard let log = try open ?? attempt.openLog() else { return (nil, nil) }
                return (log, try log.read(from: offset))
            }
            self.log = log
            return batch
        }
    }
}

extension Attempt {
    /// Nil when the step has not begun: then nothing was written.
    fileprivate func openLog() throws -> AttemptLog? {
        guard let clock = try files.clock() else { return nil }
        do {
            return try AttemptLog(path: files.log, clock: clock)
        } catch  where error.code == ENOENT {
            return nil
        }
    }
}
