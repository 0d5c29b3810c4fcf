import Essentials
import Synchronization

/// A clock that only a test moves.
final class Clock: Sendable {
    private let time: Mutex<Timestamp>

    init(_ start: Timestamp) { time = Mutex(start) }

    var now: Timestamp { time.withLock { $0 } }

    /// The clock as an installation sees it: a millisecond passes with each look.
    var source: TimeSource {
        TimeSource { [self] in
            time.withLock { time in
                time = time.advanced(by: .milliseconds(1))
                return time
            }
        }
    }

    func advance(by duration: Duration) { time.withLock { $0 = $0.advanced(by: duration) } }
}
