import API
import Accounts
import Essentials
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Storage

/// A request of somebody who is signed in: the actor is there, the body is read, a form's token was checked.
struct Visit: Sendable {
    let principal: Principal
    /// Nil when it came with a token.
    let session: Session?
    let request: Request
    let context: Context
    /// Empty for requests without a body, and for streams.
    let body: ByteBuffer
    /// The fields of a form; empty when the body is none.
    let form: FormFields

    /// Programs get JSON: under `/api/`, and elsewhere when they ask for it.
    var wantsJSON: Bool { request.wantsJSON }

    /// Holds this visit's answer until its change is durable. Nil where it is a page, or is to be kept for its idempotency key.
    var withholding: Withholding? {
        guard wantsJSON, principal.idempotency == nil else { return nil }
        let context = context
        return Withholding {
            AnswerHold.hold(on: context.channel) { error in
                let details = ProblemDetails(of: error, context)
                // What has no JSON is none of ours.
                let body = (try? Response.encoded(details)) ?? ByteBuffer()
                return (HTTPResponse.Status(code: details.status), body)
            }
        }
    }

    /// A part of the path, decoded.
    func path(_ name: String) throws(Problem) -> String {
        let part = context.parameters.get(name)
        guard let text = part?.utf8.contains(UInt8(ascii: "%")) == true ? part?.removingPercentEncoding : part else {
            throw .invalid("The path's \(name) is not readable.")
        }
        return text
    }

    /// A value of the query string; nil when it is absent or empty.
    func query(_ name: String) -> String? { request.query(name) }

    /// `?limit=` (1 to 500) and `?after=`.
    func page(limit usual: Int = 50) throws(Problem) -> PageRequest {
        guard let text = query("limit") else { return PageRequest(limit: usual, after: query("after")) }
        guard let limit = Int(text), (1...PageRequest.maximum).contains(limit) else {
            throw .invalid(
                "A page has 1 to \(PageRequest.maximum) entries.",
                fields: [.init(name: "limit", message: "a number from 1 to \(PageRequest.maximum)")])
        }
        return PageRequest(limit: limit, after: query("after"))
    }

    /// Reads the body as JSON.
    /// - Throws: `Problem.invalid` naming the field that is missing or of the wrong type.
    func json<Value: Decodable>(_ type: Value.Type = Value.self) throws(Problem) -> Value {
        try decodeJSON(type, from: body, contentType: request.headers[.contentType])
    }

    /// What the layout of a page needs to know of who reads it.
    var reader: Reader { Reader(name: principal.name, csrf: session?.csrf ?? "") }
}

func decodeJSON<Value: Decodable>(
    _ type: Value.Type, from body: ByteBuffer, contentType: String?
) throws(Problem) -> Value {
    if let contentType, !contentType.lowercased().hasPrefix("application/json") {
        throw .invalid("The body's type is \(contentType.prefix(80)): send application/json.")
    }
    let data = Data(body.readableBytesView)
    guard !data.isEmpty else { throw .invalid("The body is empty: send a JSON object.") }
    do {
        return try JSONDecoder().decode(type, from: data)
    } catch DecodingError.keyNotFound(let key, _) {
        throw .invalid(
            "The field \(key.stringValue) is missing.", fields: [.init(name: key.stringValue, message: "required")])
    } catch DecodingError.typeMismatch(let expected, let context), DecodingError.valueNotFound(
        let expected, let context)
    {
        let name = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: "/")
        throw .invalid(
            name.isEmpty ? "The body has the wrong JSON type." : "The field \(name) has the wrong type.",
            fields: [.init(name: name, message: "expected \(jsonName(of: expected))")])
    } catch {
        throw .invalid("The body is not valid JSON.")
    }
}

private func jsonName(of type: Any.Type) -> String {
    switch type {
    case is String.Type: "a string"
    case is Bool.Type: "true or false"
    case is Int.Type, is Int64.Type: "a whole number"
    default: "\(type)".contains("Array") ? "a list" : "an object"
    }
}

extension Request {
    var wantsJSON: Bool {
        if uri.path.hasPrefix("/api/") || uri.path == MetricsRoutes.path { return true }
        let accept = headers[.accept] ?? ""
        return accept.contains("application/json") && !accept.contains("text/html")
    }

    func query(_ name: String) -> String? {
        uri.queryParameters.get(name).flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// The fields of a form, as `application/x-www-form-urlencoded` has them; of a name that comes twice the first counts.
struct FormFields: Sendable {
    let fields: [(name: String, value: String)]

    static let none = FormFields(fields: [])

    private init(fields: [(name: String, value: String)]) { self.fields = fields }

    /// - Throws: `Problem.invalid` for what is no UTF-8.
    init(parsing text: String) throws(Problem) {
        var fields: [(name: String, value: String)] = []
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(parts[0]), let value = Self.decoded(parts.count > 1 ? parts[1] : "") else {
                throw .invalid("The form is not UTF-8.")
            }
            fields.append((name, value))
        }
        self.fields = fields
    }

    subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    /// What somebody entered; nil for an empty field.
    func filled(_ name: String) -> String? { self[name].flatMap { $0.isEmpty ? nil : $0 } }

    private static func decoded(_ text: Substring) -> String? {
        String(text).replacing("+", with: " ").removingPercentEncoding
    }
}
