import Essentials
import HTTPTypes
import Hummingbird

/// What no route takes. A stranger learns nothing of which addresses exist, nor which methods they take, but for those
/// that answer strangers; who is signed in is told.
struct UnknownAddress: RouterMiddleware {
    /// A path of the table, with all of its methods.
    struct Address: Sendable {
        private let parts: [Substring]
        let allowed: String
        let isOpen: Bool
        /// How many of its parts may be anything.
        var gaps: Int { parts.count { $0.hasPrefix("{") } }

        init(path: String, routes: [Route]) {
            parts = path.split(separator: "/")
            allowed = routes.map(\.method.rawValue).sorted().joined(separator: ", ")
            isOpen = routes.contains(where: \.isOpen)
        }

        func matches(_ path: String) -> Bool {
            let asked = path.split(separator: "/")
            return asked.count == parts.count
                && zip(parts, asked).allSatisfy { part, name in part.hasPrefix("{") || part == name }
        }
    }

    private let gate: Gate
    private let addresses: [Address]

    init(gate: Gate, routes: [Route]) {
        self.gate = gate
        // As the router does, `/services/new` comes before `/services/{name}`.
        addresses = Dictionary(grouping: routes, by: \.path).map(Address.init).sorted { $0.gaps < $1.gaps }
    }

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            let address = addresses.first { $0.matches(request.uri.path) }
            if address?.isOpen != true { _ = try await gate.enter(request, context) }
            if let address { throw MethodNotAllowed(allowed: address.allowed) }
            throw Problem.notFound("There is nothing at this address.")
        }
    }
}
