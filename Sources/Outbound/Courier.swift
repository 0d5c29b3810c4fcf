import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Posts to elsewhere, within limits: a receiver can be slow, hang, or answer without end, and costs nobody else anything.
///
/// Redirects are not followed, answers are read as far as they are shown, certificates are checked.
package struct Courier: Sendable {
    package struct Limits: Sendable {
        /// From the first byte sent to the last that is read.
        package var whole = Duration.seconds(10)
        package var connecting = Duration.seconds(5)
        /// Of the answer; the rest is not read.
        package var answerBytes = 500

        package init() {}
    }

    package struct Letter: Sendable {
        /// `http` or `https`.
        package let url: String
        package let headers: [(name: String, value: String)]
        package let body: String

        package init(url: String, headers: [(name: String, value: String)], body: String) {
            self.url = url
            self.headers = headers
            self.body = body
        }
    }

    package enum Outcome: Sendable, Equatable {
        /// With the beginning of what was answered.
        case answered(status: Int, beginning: String)
        /// Nobody knows whether it arrived; the reason reads on after "it was not answered: ".
        case unanswered(reason: String)
    }

    private let http: HTTPClient
    private let limits: Limits

    /// A courier for the time of `body`.
    package static func with<Result: Sendable>(
        _ limits: Limits = Limits(), _ body: (Courier) async throws -> Result
    ) async throws -> Result {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.timeout = .init(
            connect: .nanoseconds(limits.connecting.inNanoseconds), read: .nanoseconds(limits.whole.inNanoseconds))
        configuration.connectionPool.retryConnectionEstablishment = false
        return try await HTTPClient.withHTTPClient(configuration: configuration) { http in
            try await body(Courier(http: http, limits: limits))
        }
    }

    /// - Throws: `CancellationError` alone, when the caller's task was cancelled.
    package func post(_ letter: Letter) async throws -> Outcome {
        let limit = limits.whole
        let outcome = await withTaskGroup(of: Outcome?.self) { group in
            group.addTask { await self.send(letter) }
            group.addTask {
                do {
                    try await Task.sleep(for: limit)
                } catch {
                    return nil
                }
                return .unanswered(reason: "nothing came within \(limit.components.seconds) seconds")
            }
            var first: Outcome?
            while first == nil, let next = await group.next() { first = next }
            group.cancelAll()
            return first
        }
        try Task.checkCancellation()
        return outcome ?? .unanswered(reason: "it was given up")
    }

    private func send(_ letter: Letter) async -> Outcome {
        var request = HTTPClientRequest(url: letter.url)
        request.method = .POST
        for (name, value) in letter.headers { request.headers.add(name: name, value: value) }
        request.body = .bytes(ByteBuffer(string: letter.body))
        do {
            let response = try await http.execute(request, timeout: .nanoseconds(limits.whole.inNanoseconds))
            var beginning: [UInt8] = []
            for try await chunk in response.body {
                beginning += chunk.readableBytesView.prefix(limits.answerBytes - beginning.count)
                if beginning.count >= limits.answerBytes { break }
            }
            return .answered(status: Int(response.status.code), beginning: String(decoding: beginning, as: UTF8.self))
        } catch {
            return .unanswered(reason: Unanswered.reason(for: error))
        }
    }
}
