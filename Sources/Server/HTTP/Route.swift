import HTTPTypes
import Hummingbird

/// One line of the table of routes.
struct Route: Sendable {
    enum Door: Sendable {
        /// Answers strangers too.
        case open(@Sendable (Request, Context) async throws -> Response)
        /// Answers those who are signed in; the visit's actor is there.
        case signedIn(bodyLimit: Int, @Sendable (Visit) async throws -> Response)
    }

    /// For what is no guide: a form, a small JSON object.
    static let usualBody = 1 << 20

    let method: HTTPRequest.Method
    /// As the description has it: `/api/v1/runs/{id}`.
    let path: String
    let door: Door

    static func open(
        _ method: HTTPRequest.Method, _ path: String,
        _ answer: @escaping @Sendable (Request, Context) async throws -> Response
    ) -> Route {
        Route(method: method, path: path, door: .open(answer))
    }

    static func signedIn(
        _ method: HTTPRequest.Method, _ path: String, upTo bodyLimit: Int = usualBody,
        _ answer: @escaping @Sendable (Visit) async throws -> Response
    ) -> Route {
        Route(method: method, path: path, door: .signedIn(bodyLimit: bodyLimit, answer))
    }
}
