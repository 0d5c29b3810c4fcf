import Essentials
import HTTPTypes
import Hummingbird
import Logging

/// The headers that every answer carries: the seeds' five and a Content-Security-Policy without exceptions.
struct SecurityHeaders: RouterMiddleware {
    /// Whether the server itself speaks TLS; without it a browser would ignore HSTS anyway.
    let isSecure: Bool

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        for field in Self.fields { response.headers.append(field) }
        if isSecure { response.headers[.strictTransportSecurity] = "max-age=31536000; includeSubDomains" }
        // What is shown is for the one who asked; assets say otherwise themselves.
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return response
    }

    private static let fields: [HTTPField] = [
        (
            .contentSecurityPolicy,
            "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; img-src 'self'"
        ),
        (.xContentTypeOptions, "nosniff"),
        (HTTPField.Name("X-Frame-Options"), "DENY"),
        (HTTPField.Name("Referrer-Policy"), "same-origin"),
        (HTTPField.Name("Cross-Origin-Opener-Policy"), "same-origin"),
        (HTTPField.Name("Permissions-Policy"), "camera=(), geolocation=(), microphone=()"),
    ].compactMap { name, value in name.map { HTTPField(name: $0, value: value) } }
}

/// Counts every request, and logs one line of JSON for each, with the id that the answer carries too.
struct RequestLog: RouterMiddleware {
    let counts: RequestCounts

    private static let idHeader = HTTPField.Name("X-Request-Id")

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let clock = ContinuousClock()
        let start = clock.now
        var response = try await next(request, context)
        if let name = Self.idHeader { response.headers[name] = context.id }
        let status = response.status
        // Until the answer goes out, which may have to wait for the disk.
        let isHeld = AnswerHold.whenReleased(on: context.channel) { instead in
            note(request, context, status: instead ?? status, took: clock.now - start)
        }
        if !isHeld { note(request, context, status: status, took: clock.now - start) }
        return response
    }

    private func note(_ request: Request, _ context: Context, status: HTTPResponse.Status, took: Duration) {
        // Hummingbird's own word for an address that no route has.
        let route = context.endpointPath.flatMap { $0 == "NotFound" ? nil : $0 }
        counts.note(method: request.method.rawValue, route: route, status: status.code, took: took)
        // A probe every few seconds would drown everything else.
        let isProbe =
            request.uri.path == "/health" || request.uri.path == "/ready"
            || request.uri.path == MetricsRoutes.path
        context.logger.log(
            level: isProbe ? .debug : .info, "request",
            metadata: [
                "method": .string(request.method.rawValue), "path": .string(request.uri.path),
                "status": .string(String(status.code)), "ms": .string(String(took.milliseconds)),
                "route": .string(route ?? ""),
            ])
    }
}

extension Duration {
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
