import NIOCore
import Runbooks
import Synchronization

/// What was answered lately for a runbook, as JSON. It belongs to the catalogue's entry as that was read for the request,
/// every part of it, so that nothing here is ever stale.
final class RunbookAnswers: Sendable {
    private static let capacity = 64
    /// Larger ones are made anew each time.
    private static let largest = 256 << 10

    private struct Contents {
        var answers: [String: (entry: Entry, bytes: ByteBuffer)] = [:]
        var order: [String] = []
    }

    private let contents = Mutex(Contents())

    func find(_ entry: Entry) -> ByteBuffer? {
        contents.withLock { contents in
            guard let kept = contents.answers[entry.name], kept.entry == entry else { return nil }
            return kept.bytes
        }
    }

    func keep(_ bytes: ByteBuffer, for entry: Entry) {
        guard bytes.readableBytes <= Self.largest else { return }
        contents.withLock { contents in
            guard contents.answers.updateValue((entry, bytes), forKey: entry.name) == nil else { return }
            contents.order.append(entry.name)
            if contents.order.count > Self.capacity { contents.answers[contents.order.removeFirst()] = nil }
        }
    }
}
