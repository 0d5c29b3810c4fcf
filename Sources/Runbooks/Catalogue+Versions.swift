package import Essentials
import RunbookFormat
import Storage

/// A stored version of a runbook; the highest number is the current one.
package struct Version: Sendable, Decodable, Equatable {
    package let number: Int
    package let version: String
    package let created: Timestamp
    package let bytes: Int
    package var steps: Int?
    package var items: Int?
    package let actor_kind: String
    package let actor: String
    /// What a person or a token is called now; nil for the server itself.
    package let actor_name: String?

    /// The folder's files are stored by the server itself, everything else by somebody.
    package var origin: Entry.Origin { actor_kind == "system" && actor == Catalogue.folderActor ? .folder : .import }

    fileprivate static let select: SQL = """
        SELECT v.number AS number, v.version AS version, v.created AS created, length(s.bytes) AS bytes,
            v.steps AS steps, v.items AS items, v.actor_kind AS actor_kind, v.actor AS actor,
            coalesce(p.name, t.name) AS actor_name
        FROM runbook_versions v JOIN runbook_sources s ON s.version = v.version
            LEFT JOIN people p ON v.actor_kind = 'person' AND p.id = v.actor
            LEFT JOIN tokens t ON v.actor_kind = 'token' AND t.id = v.actor
        """
}

/// Two versions of a runbook, and what the newer has other.
package struct Comparison: Sendable {
    package let runbook: String
    package let old: Version
    package let new: Version
    package let difference: GuideDifference
}

extension Catalogue {
    /// The versions of a runbook, the newest first.
    package func versions(
        of name: String, _ request: PageRequest, by principal: Principal
    ) async throws -> Page<Version> {
        let entry = try await entry(name, by: principal)
        let before =
            try request.after.map { text throws(Problem) in
                guard let number = Int64(text) else {
                    throw .invalid(
                        "\"\(text.prefix(40))\" is not the number of a version.",
                        fields: [.init(name: "after", message: "the next of the part before")])
                }
                return number
            } ?? Int64.max
        let page = try await database.read { reader in
            let rows: [Version] = try reader.all(
                """
                \(Version.select) WHERE v.runbook = \(entry.name) AND v.number < \(before)
                ORDER BY v.number DESC LIMIT \(request.limit + 1)
                """)
            return Page(rows: rows, limit: request.limit) { String($0.number) }
        }
        var counted: [Version] = []
        for version in page.items { counted.append(try await self.counted(version, of: entry.name)) }
        return Page(items: counted, next: page.next)
    }

    /// What a version has other than an older one.
    /// - Parameters:
    ///   - new: the number or the content hash of a version; nil for the current one.
    ///   - old: the same; nil for the one before `new`.
    /// - Throws: `Problem.notFound` when there is no such version, or none before it.
    package func compare(
        _ name: String, from old: String? = nil, to new: String? = nil, by principal: Principal
    ) async throws -> Comparison {
        let entry = try await entry(name, by: principal)
        let newer = try await version(new ?? entry.version, of: entry.name)
        guard old != nil || newer.number > 1 else {
            throw Problem.notFound("Version 1 of \(entry.name) is its first: there is none before it to compare with.")
        }
        let older = try await version(old ?? String(newer.number - 1), of: entry.name)
        let (before, after) = (
            try await guide(version: older.version, of: entry.name),
            try await guide(version: newer.version, of: entry.name)
        )
        // Long guides take long, and hold up no connection.
        let difference = await withTaskExecutorPreference(globalConcurrentExecutor) {
            GuideDifference(from: before, to: after)
        }
        return Comparison(runbook: entry.name, old: older, new: newer, difference: difference)
    }

    private func version(_ text: String, of name: String) async throws -> Version {
        let which: SQL = Int64(text).map { "v.number = \($0)" } ?? "v.version = \(text)"
        let found = try await database.look { reader in
            try reader.first(
                "\(Version.select) WHERE v.runbook = \(name) AND \(which) ORDER BY v.number DESC LIMIT 1",
                as: Version.self)
        }
        guard let found else {
            throw Problem.notFound(
                "\(name) has no version \(text.prefix(64)): `runbook show \(name) --versions` lists them.")
        }
        return try await counted(found, of: name)
    }

    /// Counts what a version from before versions were counted holds.
    private func counted(_ version: Version, of name: String) async throws -> Version {
        guard version.steps == nil || version.items == nil else { return version }
        var version = version
        let guide = try await guide(version: version.version, of: name)
        let (steps, items) = (guide.steps.count, guide.checklist.count)
        try await database.write { [version] transaction in
            _ = try transaction.execute(
                """
                UPDATE runbook_versions SET steps = \(steps), items = \(items)
                WHERE runbook = \(name) AND number = \(version.number)
                """)
        }
        (version.steps, version.items) = (steps, items)
        return version
    }
}
