import RunbookFormat
import Synchronization

/// The guides parsed lately, by version and name; a version never changes, so nothing here is ever stale.
final class GuideCache: Sendable {
    /// Enough for a team's everyday runbooks, whose parsed guides take some 40 KB each.
    static let usualBytes = 64 << 20

    private struct Contents {
        var guides: [String: (guide: Guide, bytes: Int)] = [:]
        var order: [String] = []
        var bytes = 0
    }

    private let maximumBytes: Int
    private let contents = Mutex(Contents())

    init(maximumBytes: Int = GuideCache.usualBytes) { self.maximumBytes = maximumBytes }

    func find(_ version: String, _ name: String) -> Guide? {
        contents.withLock { $0.guides[version + name]?.guide }
    }

    /// Lets those go that came first, until there is room. One that takes more than all of it is kept alone, for whoever has
    /// just stored it looks at it next.
    func keep(_ guide: Guide, _ version: String, _ name: String) {
        let bytes = guide.footprint
        contents.withLock { contents in
            let key = version + name
            guard contents.guides[key] == nil else { return }
            contents.guides[key] = (guide, bytes)
            contents.order.append(key)
            contents.bytes += bytes
            while contents.bytes > maximumBytes, contents.order.count > 1 {
                let oldest = contents.order.removeFirst()
                contents.bytes -= contents.guides.removeValue(forKey: oldest)?.bytes ?? 0
            }
        }
    }
}
