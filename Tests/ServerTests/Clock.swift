import Essentials
import Synchronization

/// The time of an installation: a millisecond passes with each look at it, and more when a test says so.
final class Clock: Sendable {
    private let now: Mutex<Timestamp>

    init(_ start: Timestamp) { now = Mutex(start) }

    var source: TimeSource {
        TimeSource { [self] in
            now.withLock { now in
                now = now.advanced(by: .milliseconds(1))
                return now
            }
        }
    }

    func advance(by duration: Duration) { now.withLock { $0 = $0.advanced(by: duration) } }
}
