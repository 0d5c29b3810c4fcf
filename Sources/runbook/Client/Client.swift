import API
import AsyncHTTPClient
import Essentials
import Foundation
import NIOCore
import NIOHTTP1

/// A server, spoken to: requests with their retries, answers as payloads, failures as `Problem`s.
struct Client: Sendable {
    /// How long a server may be silent within one request before it counts as lost.
    enum Patience {
        /// Event streams beat every 15 seconds, everything else answers at once.
        case usual
        /// For work that grows with the data: a verification reads the whole journal.
        case long

        var silence: TimeAmount { self == .usual ? .seconds(60) : .hours(12) }
    }

    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    struct Request: Sendable {
        var method: Method
        var path: ResourcePath
        var headers: [(name: String, value: String)] = []
        var body: [UInt8]?

        /// - Parameter writing: a payload, sent as JSON.
        init(_ method: Method, _ path: ResourcePath, writing payload: (any Encodable)? = nil) throws {
            self.method = method
            self.path = path
            if let payload {
                body = [UInt8](try JSONEncoder().encode(payload))
                headers.append(("Content-Type", "application/json"))
            }
        }
    }

    struct Answer: Sendable {
        let status: Int
        let headers: [(name: String, value: String)]
        let bytes: [UInt8]

        func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    /// A 5 MB guide's model, as JSON, with room to spare.
    static let maximumAnswerBytes = 64 * 1024 * 1024
    /// Waits between tries after a connection was lost or the server asked to come back.
    static let pauses: [Duration] = [
        .milliseconds(250), .milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(8),
    ]

    let address: ServerAddress
    let token: String?
    let patience: Patience
    let http: HTTPClient

    /// Opens a client for the time of `body`.
    static func with<Result: Sendable>(
        _ address: ServerAddress, token: String?, patience: Patience = .usual, _ body: (Client) async throws -> Result
    ) async throws -> Result {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.timeout = .init(connect: .seconds(5), read: patience.silence)
        // Else a refused connection is tried again until the deadline.
        configuration.connectionPool.retryConnectionEstablishment = false
        return try await HTTPClient.withHTTPClient(configuration: configuration) { http in
            try await body(Client(address: address, token: token, patience: patience, http: http))
        }
    }

    func get<Payload: Decodable>(_ path: ResourcePath, as type: Payload.Type = Payload.self) async throws -> Payload {
        try decode(type, from: try await send(Request(.get, path)))
    }

    /// A write that answers with a payload.
    func write<Payload: Decodable>(
        _ method: Method, _ path: ResourcePath, _ payload: (any Encodable)? = nil,
        as type: Payload.Type = Payload.self
    ) async throws -> Payload {
        try decode(type, from: try await send(Request(method, path, writing: payload)))
    }

    /// Sends a request and collects its answer. A write carries one `Idempotency-Key` through all its tries, so that
    /// one whose answer was lost is not done twice.
    /// - Throws: `Problem` for every answer of 300 and above, and where there is none.
    func send(_ request: Request) async throws -> Answer {
        var request = request
        if request.method != .get {
            request.headers.append(("Idempotency-Key", UUID().uuidString.lowercased()))
        }
        var pauses = Client.pauses[...]
        while true {
            let answer: Answer
            do {
                answer = try await collect(try await open(request))
            } catch {
                // Nothing listens there: that is said at once, unless something just did.
                let isFirstTry = pauses.count == Client.pauses.count
                guard isConnectionLoss(error), !(isFirstTry && isRefusal(error)), let pause = pauses.popFirst() else {
                    throw problem(of: error)
                }
                try await Task.sleep(for: pause)
                continue
            }
            if isWorthWaiting(answer), let pause = pauses.popFirst() {
                try await Task.sleep(for: max(pause, answer.retryAfter ?? .zero))
                continue
            }
            guard (200..<300).contains(answer.status) else { throw problem(of: answer) }
            return answer
        }
    }

    /// A server that starts or drains, and a limit that refills within a second. A stranger's does not, and each
    /// try to sign in counts against it.
    private func isWorthWaiting(_ answer: Answer) -> Bool {
        answer.status == 503 || (answer.status == 429 && token != nil)
    }

    /// Reads a long answer piece by piece.
    /// - Throws: `Problem.unavailable` when it ends early.
    func stream(_ request: Request, handle: (UnsafeRawBufferPointer) throws -> Void) async throws {
        let response: HTTPClientResponse
        do {
            response = try await open(request)
            guard response.status == .ok else { throw problem(of: try await collect(response)) }
        } catch {
            throw problem(of: error)
        }
        var chunks = response.body.makeAsyncIterator()
        while true {
            let chunk: ByteBuffer?
            do {
                chunk = try await chunks.next()
            } catch {
                throw problem(of: error)
            }
            guard let chunk else { return }
            try chunk.withUnsafeReadableBytes(handle)
        }
    }

    /// Sends once and answers with the head; the body follows as it comes.
    func open(_ request: Request) async throws -> HTTPClientResponse {
        var outgoing = HTTPClientRequest(url: address.url(request.path))
        outgoing.method = HTTPMethod(rawValue: request.method.rawValue)
        outgoing.headers.add(name: "User-Agent", value: "runbook-cli/\(runbookVersion)")
        outgoing.headers.add(name: "Accept", value: "application/json, application/problem+json")
        for (name, value) in request.headers { outgoing.headers.replaceOrAdd(name: name, value: value) }
        if let token { outgoing.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let body = request.body { outgoing.body = .bytes(body) }
        return try await http.execute(outgoing, timeout: patience.silence)
    }

    func collect(_ response: HTTPClientResponse) async throws -> Answer {
        Answer(
            status: Int(response.status.code), headers: response.headers.map { ($0.name, $0.value) },
            bytes: Array(buffer: try await response.body.collect(upTo: Client.maximumAnswerBytes)))
    }

    func decode<Payload: Decodable>(_ type: Payload.Type, from answer: Answer) throws -> Payload {
        do {
            return try JSONDecoder().decode(type, from: Data(answer.bytes))
        } catch {
            throw stranger("its answer is not what was expected")
        }
    }
}

extension Client.Answer {
    /// A wait that somebody at a terminal would sit through, up to ten seconds.
    fileprivate var retryAfter: Duration? {
        guard let seconds = header("Retry-After").flatMap(Int.init), (0...10).contains(seconds) else { return nil }
        return .seconds(seconds)
    }
}
