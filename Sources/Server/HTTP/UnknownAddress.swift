import Essentials
import Hummingbird

/// A stranger learns nothing of which addresses exist; who is signed in is told that there is nothing.
struct UnknownAddress: RouterMiddleware {
    let gate: Gate

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            _ = try await gate.enter(request, context)
            throw Problem.notFound("There is nothing at this address.")
        }
    }
}
