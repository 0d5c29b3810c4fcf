import API
import Essentials
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Turns whatever a handler throws into an answer: problems as they are, everything else logged whole and never shown.
struct ProblemMiddleware: RouterMiddleware {
    let templates: Templates
    let gate: Gate

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let details = ProblemDetails(of: error, context)
            var response = try await answer(details, to: request)
            if details.status == 401, !request.wantsJSON, request.method == .get {
                response = .seeOther(Paths.query("/sign-in", [("next", request.uri.string)]))
            }
            if details.status == 401, request.wantsJSON { response.headers[.wwwAuthenticate] = "Bearer" }
            if details.status == 429 { response.headers[.retryAfter] = "60" }
            if let error = error as? MethodNotAllowed { response.headers[.allow] = error.allowed }
            return response
        }
    }

    private func answer(_ details: ProblemDetails, to request: Request) async throws -> Response {
        let status = HTTPResponse.Status(code: details.status)
        if request.wantsJSON {
            var response = try Response.json(details, status: status)
            response.headers[.contentType] = "application/problem+json"
            return response
        }
        return .html(
            try templates.render(ProblemPage(details, reader: await gate.reader(of: request))), status: status)
    }
}

struct MethodNotAllowed: Error {
    let allowed: String
}

struct BodyTooLarge: Error {
    let limit: Int
}

extension ProblemDetails {
    /// Tells of problems as they are. Everything else is logged whole, and never shown.
    init(of error: any Error, _ context: Context) {
        switch error {
        case let problem as Problem:
            self.init(problem, request: context.id)
        case let error as MethodNotAllowed:
            self.init(
                title: "Method not allowed", status: 405, detail: "This address takes \(error.allowed).",
                code: "invalid", request: context.id)
        case let error as BodyTooLarge:
            self.init(
                title: "Content too large", status: 413,
                detail: "The body is larger than \(error.limit) bytes, the most that is taken here.", code: "invalid",
                request: context.id)
        case let error as any HTTPResponseError where error.status.code < 500:
            self.init(
                title: error.status.reasonPhrase, status: error.status.code,
                detail: error.status == .notFound ? "There is nothing at this address." : error.status.reasonPhrase,
                code: error.status == .notFound ? "not-found" : "invalid", request: context.id)
        default:
            context.logger.error("Internal error", metadata: ["error": "\(error)"])
            self.init(
                title: "Internal error", status: 500,
                detail: "Something went wrong that is not your fault; the server's log has it under \(context.id).",
                code: "internal", request: context.id)
        }
    }

    init(_ problem: Problem, request: String) {
        self.init(
            title: problem.code.title, status: problem.code.status, detail: problem.message,
            code: problem.code.rawValue,
            errors: problem.fields.isEmpty
                ? nil : problem.fields.map { .init(name: $0.name, message: $0.message, line: $0.line) },
            request: request)
    }
}

extension Problem.Code {
    var status: Int {
        switch self {
        case .invalid: 400
        case .unauthenticated: 401
        case .forbidden: 403
        case .notFound: 404
        case .conflict: 409
        case .outdated: 412
        case .limited: 429
        case .unavailable: 503
        }
    }

    var title: String {
        switch self {
        case .invalid: "Not valid"
        case .unauthenticated: "Not signed in"
        case .forbidden: "Not allowed"
        case .notFound: "Not found"
        case .conflict: "Conflict"
        case .outdated: "Changed meanwhile"
        case .limited: "Too many requests"
        case .unavailable: "Not available"
        }
    }
}
