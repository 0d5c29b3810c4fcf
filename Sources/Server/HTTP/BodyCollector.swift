import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Takes what a response's body would write, where it is needed twice.
final class BodyCollector: Sendable {
    private let buffer = Mutex(ByteBuffer())

    fileprivate struct Writer: ResponseBodyWriter {
        let collector: BodyCollector

        mutating func write(_ buffer: ByteBuffer) async throws {
            collector.buffer.withLock { _ = $0.writeImmutableBuffer(buffer) }
        }

        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }

    fileprivate var collected: ByteBuffer { buffer.withLock { $0 } }
}

extension ResponseBody {
    consuming func collected(by collector: BodyCollector) async throws -> ByteBuffer {
        try await write(BodyCollector.Writer(collector: collector))
        return collector.collected
    }
}
