import Essentials
import HTTPTypes
import Hummingbird
import Journal
import NIOCore

/// Answers a request that was carried out, and whose answer died with the server before it was kept: with what its subject
/// is now, in the shape that the request itself is answered in.
///
/// An action's first object is what it was done to (`deployment/01j9…`), and nearly all of them are answered as the subject's
/// own page or address shows it. A route that answers otherwise says how: `Route.Admission.again`.
struct LostAnswers: Sendable {
    /// Shows one of a subject; its parameter is called so.
    private struct Place {
        let parameter: Substring
        let show: @Sendable (Visit) async throws -> Response
    }

    private let journal: Journal
    /// By the path before the parameter: `/api/v1/runs`.
    private let places: [String: Place]

    init(journal: Journal, routes: [Route]) {
        self.journal = journal
        var places: [String: Place] = [:]
        for route in routes where route.method == .get {
            let parts = route.path.split(separator: "/")
            guard case .signedIn(_, let show) = route.door, let last = parts.last, last.hasPrefix("{") else { continue }
            let path = "/" + parts.dropLast().joined(separator: "/")
            places[path] = Place(parameter: last.dropFirst().dropLast(), show: show)
        }
        self.places = places
    }

    /// - Parameter seq: the first event of what was carried out.
    /// - Returns: nil where nothing can be told of it.
    func answer(_ visit: Visit, _ admission: Route.Admission, event seq: Int64) async throws -> Response? {
        guard admission.keepsAnswer, visit.principal.may(.read) else { return nil }
        let found = try await journal.events(PageRequest(limit: 1, after: String(seq - 1)), by: visit.principal)
        guard let event = found.items.first, let object = event.objects.first else { return nil }
        if let again = admission.again { return try await again(visit, event) }
        let asked = visit.request.uri.path
        let isOfProgram = asked.hasPrefix("/api/v1/")
        let subject = "\(isOfProgram ? "/api/v1" : "")/\(object.kind)s"
        guard asked == subject || asked.hasPrefix(subject + "/"), let place = places[subject] else { return nil }
        if visit.request.method == .delete { return .noContent }
        let path = "\(subject)/\(Paths.encoded(object.id))"
        guard isOfProgram else { return .seeOther(path) }
        var context = visit.context
        context.coreContext.parameters = [place.parameter: Substring(Paths.encoded(object.id))]
        var response = try await place.show(
            Visit(
                principal: visit.principal, session: visit.session, request: visit.request, context: context,
                body: ByteBuffer(), form: .none))
        if asked == subject {
            response.status = .created
            response.headers[.location] = path
        }
        return response
    }
}
