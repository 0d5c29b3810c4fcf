import Synchronization

/// Values that were used lately, by their keys: as many as `count` are kept at least, and twice as many at most.
///
/// For what is costly to make and follows from its key alone, so that it never gets old.
package final class Recent<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Generations {
        var young: [Key: Value] = [:]
        var old: [Key: Value] = [:]
    }

    private let count: Int
    private let generations = Mutex(Generations())

    package init(count: Int) { self.count = count }

    package subscript(_ key: Key) -> Value? {
        get { generations.withLock { find(key, &$0) } }
        set { generations.withLock { keep(newValue, key, &$0) } }
    }

    /// All of them in the order of the keys, or nil when one is unknown.
    package func all(_ keys: [Key]) -> [Value]? {
        generations.withLock { generations in
            var values: [Value] = []
            values.reserveCapacity(keys.count)
            for key in keys {
                guard let value = find(key, &generations) else { return nil }
                values.append(value)
            }
            return values
        }
    }

    package func removeAll() { generations.withLock { $0 = Generations() } }

    private func find(_ key: Key, _ generations: inout Generations) -> Value? {
        if let value = generations.young[key] { return value }
        guard let value = generations.old[key] else { return nil }
        keep(value, key, &generations)
        return value
    }

    private func keep(_ value: Value?, _ key: Key, _ generations: inout Generations) {
        guard let value else {
            generations.young[key] = nil
            generations.old[key] = nil
            return
        }
        if generations.young.count >= count { (generations.old, generations.young) = (generations.young, [:]) }
        generations.young[key] = value
    }
}
