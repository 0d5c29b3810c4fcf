import RunbookFormat
import Synchronization

/// The guides parsed lately, by version and name; a version never changes, so nothing here is ever stale.
final class GuideCache: Sendable {
    /// Enough for a team's everyday runbooks.
    private static let capacity = 64

    private struct Contents {
        var guides: [String: Guide] = [:]
        var order: [String] = []
    }

    private let contents = Mutex(Contents())

    func find(_ version: String, _ name: String) -> Guide? {
        contents.withLock { $0.guides[version + name] }
    }

    func keep(_ guide: Guide, _ version: String, _ name: String) {
        contents.withLock { contents in
            let key = version + name
            guard contents.guides.updateValue(guide, forKey: key) == nil else { return }
            contents.order.append(key)
            if contents.order.count > Self.capacity { contents.guides[contents.order.removeFirst()] = nil }
        }
    }
}
