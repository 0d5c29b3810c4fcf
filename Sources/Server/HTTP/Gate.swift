import Accounts
import Crypto
import Essentials
import Foundation
import HTTPTypes
import Hummingbird
import Journal
import NIOCore
import Storage

/// Lets those in who are signed in: by a token, or by a session's cookie and, for writes, its CSRF token.
struct Gate: Sendable {
    static let cookie = "runbook_session"
    static let csrfHeader = HTTPField.Name("X-CSRF-Token")
    static let idempotencyHeader = HTTPField.Name("Idempotency-Key")
    static let replayedHeader = HTTPField.Name("Idempotent-Replayed")

    let database: Database
    let accounts: Accounts
    let idempotency: Idempotency
    let limits: RateLimits

    /// Who asks, before anything else is looked at.
    /// - Throws: `Problem.unauthenticated`, `Problem.limited`.
    func enter(_ request: Request, _ context: Context) async throws -> (principal: Principal, session: Session?) {
        if let header = request.headers[.authorization] {
            guard let secret = Self.bearer(header) else {
                throw Problem.unauthenticated("Send a token as `Authorization: Bearer TOKEN`.")
            }
            let isTerminal = request.headers[.userAgent]?.hasPrefix("runbook-cli/") ?? false
            do {
                let principal = try await accounts.principal(
                    token: secret, via: isTerminal ? .terminal : .api, address: context.address)
                try limits.take(of: "token/\(principal.id)", .signedIn)
                return (principal, nil)
            } catch let problem as Problem where problem.code == .unauthenticated {
                try limits.take(of: "address/\(context.address ?? "")", .stranger)
                throw problem
            }
        }
        guard let secret = request.cookie(Self.cookie) else {
            try limits.take(of: "address/\(context.address ?? "")", .stranger)
            throw Problem.unauthenticated("Sign in first, or send a token as `Authorization: Bearer TOKEN`.")
        }
        let session = try await accounts.session(secret)
        try limits.take(of: "person/\(session.account.id)", .signedIn)
        return (session.principal(via: .web, address: context.address), session)
    }

    /// The token of `Bearer TOKEN`, whatever the case of the first word; nil for anything else.
    private static func bearer(_ header: String) -> String? {
        let bytes = header.utf8
        guard bytes.prefix(7).elementsEqual("bearer ".utf8, by: { $0 | 0x20 == $1 }) else { return nil }
        let space = UInt8(ascii: " ")
        return String(Substring(bytes.dropFirst(7).drop { $0 == space }.prefix { $0 != space }))
    }

    /// Whose navigation stands on a page that no visit came to; a stranger's, who has none, where that can't be told.
    func reader(of request: Request) async -> Reader {
        guard let secret = request.cookie(Self.cookie) else { return .stranger }
        do {
            let session = try await accounts.session(secret)
            return Reader(name: session.account.name, csrf: session.csrf)
        } catch {
            // The page already says what went wrong.
            return .stranger
        }
    }

    /// A request has come that will change something, if it is let in.
    @Sendable func expectChange() { database.expectWrite() }

    func visit(
        _ request: Request, _ context: Context, _ admission: Route.Admission, _ lost: LostAnswers,
        _ answer: @Sendable (Visit) async throws -> Response
    ) async throws -> Response {
        var (principal, session) = try await enter(request, context)
        guard request.method != .get, request.method != .head else {
            return try await answer(
                Visit(
                    principal: principal, session: session, request: request, context: context, body: ByteBuffer(),
                    form: .none))
        }
        var request = request
        let body = try await request.body(upTo: admission.bodyLimit)
        let form = try request.form(in: body)
        if let session { try session.require(csrf: request.csrfToken ?? form["csrf"]) }
        let key = try idempotencyKey(of: request, body, form, context)
        principal.idempotency = key
        let visit = Visit(
            principal: principal, session: session, request: request, context: context, body: body, form: form)
        if let key {
            switch try await idempotency.earlier(key, of: principal) {
            case nil: break
            case .answered(let answer): return answer.response
            case .lost(let event):
                guard var response = try await lost.answer(visit, admission, event: event) else {
                    throw Idempotency.lost(event)
                }
                if let replayed = Self.replayedHeader { response.headers[replayed] = "true" }
                return response
            }
        }
        let response = try await answer(visit)
        guard let key, admission.keepsAnswer else { return response }
        return try await keep(response, for: key, of: principal)
    }

    private func idempotencyKey(
        of request: Request, _ body: ByteBuffer, _ form: FormFields, _ context: Context
    ) throws(Problem) -> IdempotencyKey? {
        guard let key = Self.idempotencyHeader.flatMap({ request.headers[$0] }) ?? form.filled("idempotency_key") else {
            return nil
        }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw .invalid(
                "An Idempotency-Key has 1 to 255 visible ASCII characters.",
                fields: [.init(name: "Idempotency-Key", message: "1 to 255 visible ASCII characters")])
        }
        var hasher = SHA256()
        hasher.update(data: Data("\(request.method.rawValue) \(request.uri.string)\n".utf8))
        hasher.update(data: Data(body.readableBytesView))
        return IdempotencyKey(key: key, fingerprint: Data(hasher.finalize()).hex, request: context.id)
    }

    /// Keeps the answer to a change for the next time that it is asked for.
    private func keep(
        _ response: Response, for key: IdempotencyKey, of principal: Principal
    ) async throws -> Response {
        let collector = BodyCollector()
        let body = try await response.body.collected(by: collector)
        try await idempotency.keep(
            .init(
                status: response.status.code, contentType: response.headers[.contentType],
                location: response.headers[.location], body: Data(body.readableBytesView)),
            for: key, of: principal)
        return Response(status: response.status, headers: response.headers, body: .init(byteBuffer: body))
    }
}

extension Idempotency.Answer {
    var response: Response {
        var response = Response(status: .init(code: status), body: .init(byteBuffer: ByteBuffer(bytes: body)))
        response.headers[.contentType] = contentType
        response.headers[.location] = location
        if let replayed = Gate.replayedHeader { response.headers[replayed] = "true" }
        return response
    }
}

extension Request {
    func cookie(_ name: String) -> String? { cookies[name]?.value }

    var csrfToken: String? { Gate.csrfHeader.flatMap { headers[$0] } }

    /// - Throws: `BodyTooLarge`.
    mutating func body(upTo limit: Int) async throws -> ByteBuffer {
        if let length = headers[.contentLength].flatMap(Int.init), length > limit { throw BodyTooLarge(limit: limit) }
        do {
            return try await collectBody(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw BodyTooLarge(limit: limit)
        } catch let error as CancellationError {
            throw error
        } catch {
            // Chunks that are none, or a connection that broke: nothing of ours.
            throw Problem.invalid("The body can't be read: \(error).")
        }
    }

    func form(in body: ByteBuffer) throws(Problem) -> FormFields {
        guard headers[.contentType]?.lowercased().hasPrefix("application/x-www-form-urlencoded") == true else {
            return .none
        }
        guard let text = String(validating: body.readableBytesView, as: UTF8.self) else {
            throw .invalid("The form is not UTF-8.")
        }
        return try FormFields(parsing: text)
    }
}
