import API
import Essentials
import Executions
import RunbookFormat
import Hummingbird
import Journal

/// The queue over HTTP: JSON for programs, a page for people.
struct QueueRoutes: Sendable {
    let executions: Executions
    let templates: Templates

    var table: [Route] {
        [
            .signedIn(.get, "/api/v1/queue", show),
            .signedIn(.get, Paths.queue, show),
        ]
    }

    @Sendable func show(_ visit: Visit) async throws -> Response {
        let window = try visit.query("window").map { text throws(Problem) in
            guard let window = RunQueue.Window(rawValue: text) else {
                throw .invalid(
                    "The queue has no figures over \"\(text.prefix(40))\".",
                    fields: [
                        .init(
                            name: "window", message: RunQueue.Window.allCases.map(\.rawValue).joined(separator: " or "))
                    ])
            }
            return window
        }
        let head = try await executions.journal.newsHead(visit)
        let queue = try await executions.queue(window ?? .day, by: visit.principal)
        if visit.wantsJSON { return try .json(Queue(queue)) }
        return .html(try templates.render(QueuePage(queue, head: head, reader: visit.reader)))
    }
}
