import Synchronization

/// The requests that were answered, by route, method and status, and how long they took.
final class RequestCounts: Sendable {
    struct Key: Hashable {
        let method: String
        /// The route's path with its names, `none` where there is no such route: what a client may choose freely is no label.
        let route: String
    }

    struct Row {
        var statuses: [Int: Int] = [:]
        /// Requests that took at most the bound of the same index; the last holds those beyond all bounds.
        var buckets = [Int](repeating: 0, count: RequestCounts.bounds.count + 1)
        var seconds = 0.0

        mutating func note(status: Int, took time: Double) {
            statuses[status, default: 0] += 1
            buckets[RequestCounts.bounds.firstIndex { time <= $0 } ?? RequestCounts.bounds.count] += 1
            seconds += time
        }
    }

    /// Seconds.
    static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    private static let methods: Set = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    private let state = Mutex<[Key: Row]>([:])

    func note(method: String, route: String?, status: Int, took: Duration) {
        let (seconds, attoseconds) = took.components
        let time = Double(seconds) + Double(attoseconds) / 1e18
        let key = Key(method: Self.methods.contains(method) ? method : "other", route: route ?? "none")
        state.withLock { $0[key, default: Row()].note(status: status, took: time) }
    }

    /// In a fixed order.
    var rows: [(key: Key, row: Row)] {
        state.withLock { $0.map { (key: $0.key, row: $0.value) } }
            .sorted { ($0.key.route, $0.key.method) < ($1.key.route, $1.key.method) }
    }
}
