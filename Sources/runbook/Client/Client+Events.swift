import AsyncHTTPClient
import Essentials
import NIOCore
import NIOHTTP1

extension Client {
    /// What became of the connection to a stream, for the reader to tell.
    enum StreamNews: Sendable, Equatable {
        case lost
        case back
    }

    /// How long a stream's server may be away before one gives up: longer than a restart with an upgrade.
    static let longestAbsence: Duration = .seconds(15 * 60)

    /// Reads a stream across lost connections, each time from after the last event that came.
    /// - Parameters:
    ///   - after: the id of the event to go on from.
    ///   - handle: gets each event; answers whether to go on.
    /// - Throws: `Problem` when the server refuses the stream, or stays away for `longestAbsence`.
    func follow(
        _ path: ResourcePath, after: String? = nil, news: (StreamNews) async throws -> Void,
        handle: (ServerSentEvent) async throws -> Bool
    ) async throws {
        var lastID = after
        var tries = 0
        var lostAt: ContinuousClock.Instant?
        while true {
            var parser = EventParser(lastID: lastID)
            do {
                let body = try await openStream(path, after: lastID)
                if lostAt != nil {
                    lostAt = nil
                    try await news(.back)
                }
                var chunks = body.makeAsyncIterator()
                while let bytes = try await next(&chunks) {
                    for event in try parser.consume(bytes.readableBytesView) {
                        tries = 0
                        lastID = event.id ?? lastID
                        guard try await handle(event) else { return }
                    }
                }
                // The server ended it, as it does when it shuts down.
            } catch let loss as ConnectionLoss {
                if let lostAt {
                    guard ContinuousClock.now - lostAt < Client.longestAbsence else { throw loss.reason }
                } else {
                    lostAt = .now
                    try await news(.lost)
                }
            }
            try await Task.sleep(for: pause(beforeTry: tries, asked: parser.retry))
            tries += 1
        }
    }

    private func openStream(_ path: ResourcePath, after: String?) async throws -> HTTPClientResponse.Body {
        var request = try Request(.get, path)
        request.headers = [("Accept", "text/event-stream"), ("Cache-Control", "no-store")]
        if let after { request.headers.append(("Last-Event-ID", after)) }
        let response: HTTPClientResponse
        do {
            response = try await open(request)
        } catch {
            throw isConnectionLoss(error) ? ConnectionLoss(reason: problem(of: error)) : problem(of: error)
        }
        guard response.status == .ok else {
            let answer = try await collect(response)
            let problem = problem(of: answer)
            throw [429, 502, 503, 504].contains(answer.status) ? ConnectionLoss(reason: problem) : problem
        }
        guard response.headers.first(name: "Content-Type")?.hasPrefix("text/event-stream") == true else {
            throw stranger("its answer is not an event stream")
        }
        return response.body
    }

    /// The next piece of a stream. Once it has begun, whatever breaks it is a lost connection.
    private func next(_ chunks: inout HTTPClientResponse.Body.AsyncIterator) async throws -> ByteBuffer? {
        do {
            return try await chunks.next()
        } catch {
            let problem = problem(of: error)
            throw problem is CancellationError ? problem : ConnectionLoss(reason: problem)
        }
    }

    private func pause(beforeTry tries: Int, asked: Duration?) -> Duration {
        let steps: [Duration] = [.milliseconds(100), .milliseconds(250), .milliseconds(500), .seconds(1), .seconds(2)]
        return max(steps[min(tries, steps.count - 1)], min(asked ?? .zero, .seconds(10)))
    }
}

/// The stream may be taken up again.
private struct ConnectionLoss: Error {
    let reason: any Error
}
