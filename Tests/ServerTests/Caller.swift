import Essentials
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

/// With what somebody comes in.
enum Credentials: Sendable {
    case none
    case token(String)
    /// `csrf` goes along with each write, unless it is nil.
    case session(cookie: String, csrf: String?)

    var withoutCSRF: Credentials {
        guard case .session(let cookie, _) = self else { return self }
        return .session(cookie: cookie, csrf: nil)
    }

    var csrf: String? {
        guard case .session(_, let csrf) = self else { return nil }
        return csrf
    }

    func fields(for method: HTTPRequest.Method) -> HTTPFields {
        switch self {
        case .none: return [:]
        case .token(let secret): return [.authorization: "Bearer \(secret)"]
        case .session(let cookie, let csrf):
            var fields: HTTPFields = [.cookie: "runbook_session=\(cookie)"]
            if method != .get, let csrf { fields[.csrf] = csrf }
            return fields
        }
    }
}

/// What a request carries.
struct Body: Sendable {
    let type: String?
    let bytes: [UInt8]
    /// Sent along with it.
    var fields: HTTPFields = [:]

    static let none = Body(type: nil, bytes: [])

    func with(_ fields: HTTPFields) -> Body { Body(type: type, bytes: bytes, fields: fields) }

    static func json(_ value: JSONValue) -> Body { .raw("application/json", Array(value.text.utf8)) }
    static func markdown(_ text: String) -> Body { .raw("text/markdown", Array(text.utf8)) }
    static func raw(_ type: String, _ bytes: [UInt8]) -> Body { Body(type: type, bytes: bytes) }
    static func raw(_ type: String, _ text: String) -> Body { .raw(type, Array(text.utf8)) }

    static func form(_ fields: KeyValuePairs<String, String>) -> Body {
        let pairs = fields.map { "\(encoded($0.key))=\(encoded($0.value))" }
        return .raw("application/x-www-form-urlencoded", pairs.joined(separator: "&"))
    }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let digits = String(byte, radix: 16)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }

    /// Nil for what is no JSON: tests send that too, and no schema is to hold it.
    var json: JSONValue? {
        guard type == "application/json" else { return nil }
        return try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    }
}

struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let bytes: [UInt8]

    var text: String { String(decoding: bytes, as: UTF8.self) }
    var contentType: String { headers[.contentType] ?? "" }
    var location: String? { headers[.location] }

    /// - Throws: when it is no JSON.
    func json() throws -> JSONValue { try JSONDecoder().decode(JSONValue.self, from: Data(bytes)) }

    /// The names of a problem's fields.
    func faultyFields() throws -> [String] {
        guard case .array(let errors) = try json()["errors"] else { return [] }
        return errors.compactMap { $0["name"]?.string }
    }
}

/// Sends requests, and holds every answer against what all answers must be: the security headers, and the description.
struct Caller: Sendable {
    private let client: any TestClientProtocol
    let installation: Installation

    init(_ client: any TestClientProtocol, _ installation: Installation) {
        self.client = client
        self.installation = installation
    }

    var port: Int? { client.port }

    /// - Parameter accept: without it JSON, but for pages.
    func send(
        _ method: HTTPRequest.Method, _ path: String, as credentials: Credentials = .none, _ body: Body = .none,
        _ fields: HTTPFields = [:], accept: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        var headers = credentials.fields(for: method)
        if let type = body.type { headers[.contentType] = type }
        headers[.accept] = accept ?? (Description.operation(method, path) == nil ? "text/html" : "application/json")
        for field in body.fields + fields { headers[field.name] = field.value }
        let response = try await client.execute(
            uri: path, method: method, headers: headers, body: body.type.map { _ in ByteBuffer(bytes: body.bytes) })
        let answer = Answer(
            status: response.status.code, headers: response.headers, bytes: Array(response.body.readableBytesView))
        for fault in SecurityFields.faults(of: answer) + Description.faults(of: answer, to: method, path, body) {
            Issue.record("\(method) \(path): \(fault)", sourceLocation: sourceLocation)
        }
        return answer
    }
}

/// The headers that every answer carries, and what they say.
enum SecurityFields {
    private static let expected: KeyValuePairs<String, String> = [
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    ]

    static func faults(of answer: Answer) -> [String] {
        var faults: [String] = []
        for (name, value) in expected {
            let found = HTTPField.Name(name).flatMap { answer.headers[$0] }
            if found != value { faults.append("\(name) is \(found ?? "absent") and not \(value)") }
        }
        let policy = answer.headers[.contentSecurityPolicy] ?? ""
        for rule in [
            "default-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
            "object-src 'none'",
        ] {
            if !policy.contains(rule) { faults.append("the policy lacks \(rule)") }
        }
        if policy.contains("unsafe") { faults.append("the policy has an exception: \(policy)") }
        if answer.headers[.cacheControl] == nil { faults.append("Cache-Control is absent") }
        if HTTPField.Name("X-Request-Id").flatMap({ answer.headers[$0] }) == nil {
            faults.append("X-Request-Id is absent")
        }
        return faults
    }
}

extension HTTPField.Name {
    static let csrf = named("X-CSRF-Token")
    static let idempotencyKey = named("Idempotency-Key")
    static let idempotentReplayed = named("Idempotent-Replayed")
    static let lastEventID = named("Last-Event-ID")

    private static func named(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is no header's name") }
        return name
    }
}
