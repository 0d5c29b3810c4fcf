import HTTPTypes
import Hummingbird
import Journal

/// One line of the table of routes.
struct Route: Sendable {
    enum Door: Sendable {
        /// Answers strangers too.
        case open(@Sendable (Request, Context) async throws -> Response)
        /// Answers those who are signed in; the visit's actor is there.
        case signedIn(Admission, @Sendable (Visit) async throws -> Response)
    }

    /// What a signed-in route takes and keeps.
    struct Admission: Sendable {
        /// Bytes; usually those of a form or a small JSON object.
        var bodyLimit = 1 << 20
        /// Whether the answer is kept for the request's idempotency key. A secret that is shown once must not be.
        var keepsAnswer = true
        /// How a request is answered that was carried out and whose answer was lost, where that is not how its subject is
        /// shown.
        var again: (@Sendable (Visit, RecordedEvent) async throws -> Response)?
    }

    let method: HTTPRequest.Method
    /// As the description has it: `/api/v1/runs/{id}`.
    let path: String
    let door: Door

    /// Whether strangers are answered.
    var isOpen: Bool {
        switch door {
        case .open: true
        case .signedIn: false
        }
    }

    static func open(
        _ method: HTTPRequest.Method, _ path: String,
        _ answer: @escaping @Sendable (Request, Context) async throws -> Response
    ) -> Route {
        Route(method: method, path: path, door: .open(answer))
    }

    static func signedIn(
        _ method: HTTPRequest.Method, _ path: String, admitting admission: Admission = Admission(),
        _ answer: @escaping @Sendable (Visit) async throws -> Response
    ) -> Route {
        Route(method: method, path: path, door: .signedIn(admission, answer))
    }
}
