import Essentials
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) to one client.
///
/// It ends when the client goes and when the server drains, and beats every 15 seconds, so that proxies keep it open.
struct EventStream {
    private var writer: any ResponseBodyWriter

    static let beat = Duration.seconds(15)

    private init(_ writer: any ResponseBodyWriter) {
        self.writer = writer
    }

    /// Answers with a stream. `live` is what wakes the stream; `write` is called once at the start with nil, then with each
    /// signal, and returns false to end it.
    static func respond<Signal: Sendable>(
        to request: Request, live: @escaping @Sendable () -> AsyncStream<Signal>,
        write: @escaping @Sendable (inout EventStream, Signal?) async throws -> Bool
    ) -> Response {
        let body = ResponseBody { writer in
            var events = EventStream(writer)
            do {
                try await request.body.consumeWithCancellationOnInboundClose { body in
                    // To the end of the request: the answer to one that is not read whole must not end before it, or
                    // Hummingbird lets go of a source that it has not finished, which ends the process.
                    for try await _ in body {}
                    try await events.pump(live, write)
                }
            } catch is CancellationError {
                // The client went; it will ask again from its last id.
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .xAccelBuffering: "no"],
            body: body)
    }

    private mutating func pump<Signal: Sendable>(
        _ live: @Sendable () -> AsyncStream<Signal>,
        _ write: @Sendable (inout EventStream, Signal?) async throws -> Bool
    ) async throws {
        // Listening begins before the first look at the database, so that nothing falls in between.
        let source = live()
        let (signals, continuation) = AsyncStream.makeStream(
            of: Tick<Signal>.self, bufferingPolicy: .bufferingNewest(256))
        let forwarding = Task {
            for await signal in source { continuation.yield(.signal(signal)) }
            continuation.finish()
        }
        let beating = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: Self.beat)
                continuation.yield(.beat)
            }
        }
        defer {
            forwarding.cancel()
            beating.cancel()
        }
        try await withGracefulShutdownHandler {
            try await send(": runbook\n\n")
            guard try await write(&self, nil) else { return }
            for await tick in signals {
                switch tick {
                case .beat: try await send(": beat\n\n")
                case .signal(let signal): guard try await write(&self, signal) else { return }
                }
            }
            try Task.checkCancellation()
        } onGracefulShutdown: {
            // The client asks again from its last id, and finds the next server.
            continuation.finish()
        }
    }

    private enum Tick<Signal: Sendable>: Sendable {
        case beat
        case signal(Signal)
    }

    mutating func send(_ event: String, id: String?, data: some Encodable) async throws {
        let json = String(decoding: try JSONBytes.encode(data), as: UTF8.self)
        try await send("\(id.map { "id: \($0)\n" } ?? "")event: \(event)\ndata: \(json)\n\n")
    }

    private mutating func send(_ text: String) async throws { try await writer.write(ByteBuffer(string: text)) }
}

extension HTTPField.Name {
    static let xAccelBuffering = HTTPField.Name("X-Accel-Buffering") ?? .cacheControl
    static let lastEventID = HTTPField.Name("Last-Event-ID") ?? .cacheControl
}
