import API
import Essentials
import Executions
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import RunbookFormat
import Storage
import Web

/// What strangers are answered: that the server lives, that it can serve, its description, its assets.
struct HealthRoutes: Sendable {
    let executions: Executions
    let templates: Templates
    private let started = ContinuousClock.now

    init(executions: Executions, templates: Templates) {
        self.executions = executions
        self.templates = templates
    }

    var table: [Route] {
        [
            .open(.get, "/health", health),
            .open(.get, "/ready", ready),
            .open(.get, "/api/openapi.json", description),
            .open(.get, "/api/front-matter.schema.json", schema),
            .open(.get, "/assets/{name}", asset),
        ]
    }

    /// It is alive: the process answers, also when the database does not.
    @Sendable func health(_ request: Request, _ context: Context) async throws -> Response {
        var queues: [String: Int]?
        do {
            queues = try await executions.queued().reduce(into: [:]) { $0[$1.priority.rawValue] = $1.count }
        } catch {
            context.logger.warning("What waits can't be read", metadata: ["error": "\(error)"])
        }
        let outcomes = executions.outcomes
        return try .json(
            Health(
                uptime_seconds: (ContinuousClock.now - started) / .seconds(1),
                tasks: .init(completed: outcomes.succeeded, failed: outcomes.failed), queues: queues))
    }

    /// It can serve: the database can be read and written.
    @Sendable func ready(_ request: Request, _ context: Context) async throws -> Response {
        do {
            try await executions.database.check()
            return try .json(Status(status: "ready"))
        } catch {
            context.logger.error("Not ready", metadata: ["error": "\(error)"])
            return try .json(Status(status: "not ready"), status: .serviceUnavailable)
        }
    }

    @Sendable func description(_ request: Request, _ context: Context) async throws -> Response {
        .bytes(OpenAPIDocument.json, type: "application/json", headers: [.cacheControl: "no-cache"])
    }

    /// Open, for an editor fetches it without knowing who types.
    @Sendable func schema(_ request: Request, _ context: Context) async throws -> Response {
        .bytes(Self.schema, type: "application/schema+json", headers: [.cacheControl: "no-cache"])
    }

    private static let schema = Array(FrontMatterSchema.document.text.utf8)

    @Sendable func asset(_ request: Request, _ context: Context) async throws -> Response {
        let files = try templates.files.current()
        guard let name = context.parameters.get("name"), let asset = files.asset(name) else {
            throw Problem.notFound("There is no such asset.")
        }
        // Under its versioned address it never changes; while one designs, it does.
        let caching = files.folder == nil && request.query("v") != nil
        let headers: HTTPFields = [
            .eTag: asset.etag, .cacheControl: caching ? "public, max-age=31536000, immutable" : "no-cache",
        ]
        if request.headers[.ifNoneMatch] == asset.etag { return Response(status: .notModified, headers: headers) }
        return .bytes(asset.bytes, type: asset.contentType, headers: headers)
    }

    private struct Status: Encodable {
        let status: String
    }
}
