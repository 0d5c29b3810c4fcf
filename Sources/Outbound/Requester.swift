import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Makes a request and reads what is answered, within limits. Each has a connection of its own, so that none is lost with a
/// connection that the other side had given up; certificates are checked.
package struct Requester: Sendable {
    package struct Limits: Sendable {
        package var connecting = Duration.seconds(10)
        /// Of the answer's body; the rest is not read.
        package var answerBytes = 1 << 20
        package var redirects = 5

        package init() {}
    }

    package struct Request: Sendable {
        package let method: String
        /// `http` or `https`.
        package let url: String
        package let headers: [(name: String, value: String)]
        package let body: String
        /// From the first byte sent to the last that is read.
        package let timeout: Duration
        package let follows: Bool

        package init(
            method: String, url: String, headers: [(name: String, value: String)], body: String, timeout: Duration,
            follows: Bool = false
        ) {
            self.method = method
            self.url = url
            self.headers = headers
            self.body = body
            self.timeout = timeout
            self.follows = follows
        }
    }

    package struct Answer: Sendable {
        package let status: Int
        /// Such as `OK`; empty for codes that have none.
        package let phrase: String
        package let headers: [(name: String, value: String)]
        package let body: [UInt8]
        /// The body was longer than what was read of it.
        package let isCut: Bool
        /// From the request to the end of what was read.
        package let took: Duration
    }

    package enum Outcome: Sendable {
        case answered(Answer)
        case timedOut
        /// Nobody knows whether it arrived; the reason reads on after "it was not answered: ".
        case unanswered(reason: String)
    }

    private let limits: Limits

    package init(_ limits: Limits = Limits()) { self.limits = limits }

    /// Ends early with the caller's task; what that returns then says nothing.
    package func ask(_ request: Request) async -> Outcome {
        await withTaskGroup(of: Outcome?.self) { group in
            group.addTask { await self.send(request) }
            group.addTask {
                do {
                    try await Task.sleep(for: request.timeout)
                } catch {
                    return nil
                }
                return .timedOut
            }
            var first: Outcome?
            while first == nil, let next = await group.next() { first = next }
            group.cancelAll()
            return first ?? .unanswered(reason: "it was given up")
        }
    }

    private func send(_ request: Request) async -> Outcome {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration =
            request.follows ? .follow(max: limits.redirects, allowCycles: false) : .disallow
        configuration.httpVersion = .http1Only
        configuration.timeout = .init(connect: .nanoseconds(limits.connecting.inNanoseconds))
        configuration.connectionPool.retryConnectionEstablishment = false
        do {
            return try await HTTPClient.withHTTPClient(configuration: configuration) { http in
                .answered(try await self.exchange(request, by: http))
            }
        } catch let error as HTTPClientError where error == .deadlineExceeded {
            return .timedOut
        } catch {
            return .unanswered(reason: Unanswered.reason(for: error))
        }
    }

    private func exchange(_ request: Request, by http: HTTPClient) async throws -> Answer {
        var sent = HTTPClientRequest(url: request.url)
        sent.method = HTTPMethod(rawValue: request.method)
        for (name, value) in request.headers { sent.headers.add(name: name, value: value) }
        if !sent.headers.contains(name: "User-Agent") { sent.headers.add(name: "User-Agent", value: "Runbook") }
        if !request.body.isEmpty { sent.body = .bytes(ByteBuffer(string: request.body)) }
        let clock = ContinuousClock()
        let start = clock.now
        let response = try await http.execute(sent, timeout: .nanoseconds(request.timeout.inNanoseconds))
        var body: [UInt8] = []
        var isCut = false
        for try await chunk in response.body {
            let room = limits.answerBytes - body.count
            isCut = chunk.readableBytes > room
            body += chunk.readableBytesView.prefix(room)
            if isCut { break }
        }
        return Answer(
            status: Int(response.status.code), phrase: response.status.reasonPhrase,
            headers: response.headers.map { ($0.name, $0.value) }, body: body, isCut: isCut,
            took: clock.now - start)
    }
}
