package import Essentials

/// When a delivery that was not taken is tried again: after a second, then after twice as long each time, up to ten
/// minutes; a day after it was made it is given up.
package enum Backoff {
    package static let longest = Duration.seconds(600)
    package static let patience = Duration.seconds(24 * 3600)

    /// - Parameter tries: how many there have been, at least one.
    /// - Returns: nil when it is given up.
    package static func next(after tries: Int, created: Timestamp, now: Timestamp) -> Timestamp? {
        let pause = tries > 10 ? longest : min(longest, .seconds(1 << max(0, tries - 1)))
        let next = now.advanced(by: pause)
        return next > created.advanced(by: patience) ? nil : next
    }
}
