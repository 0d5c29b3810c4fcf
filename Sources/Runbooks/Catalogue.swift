import Accounts
import Crypto
package import Essentials
package import Foundation
package import Journal
package import RunbookFormat
package import Storage

/// The runbooks by name, each with its versions; the sources are kept byte for byte.
package struct Catalogue: Sendable {
    package let database: Database
    let journal: Journal
    let time: TimeSource
    /// Of the watched folder, if one is.
    package let folder = FolderState()
    private let guides: GuideCache

    package init(journal: Journal, time: TimeSource = .system) {
        database = journal.database
        self.journal = journal
        self.time = time
        guides = GuideCache()
    }

    /// Stores a guide under a name: as a new runbook, as a new version of one, or not at all when the bytes are the
    /// current version's. Nothing in it runs.
    /// - Throws: `Problem` when the name or the bytes can't be a runbook's, or the name stands in the watched folder.
    package func store(
        _ source: [UInt8], name: String, by principal: Principal
    ) async throws -> (entry: Entry, isNewVersion: Bool) {
        try principal.require(.author, to: "import runbooks")
        return try await store(source, name: name, origin: .import, by: principal)
    }

    func store(
        _ source: [UInt8], name: String, origin: Entry.Origin, by principal: Principal
    ) async throws -> (entry: Entry, isNewVersion: Bool) {
        try RunbookName.check(name)
        let guide = try await parsed(source, name: name)
        let (journal, now, bytes, places) = (journal, time.now(), Data(source), Places(of: guide))
        let stored = try await database.write { transaction -> (entry: Entry, isNewVersion: Bool) in
            let current = try Self.entry(name, in: transaction)
            if current?.origin == .folder, origin == .import {
                throw Problem.conflict(
                    "\(name) stands in the Runbooks folder, which Git owns: change it there, or import under another name."
                )
            }
            if let current, current.version == guide.sha256, current.origin == origin, current.gone == nil {
                return (current, false)
            }
            try transaction.execute(
                """
                INSERT INTO runbook_sources (version, bytes) VALUES (\(guide.sha256), \(bytes))
                ON CONFLICT (version) DO NOTHING
                """)
            try Self.keep(places, of: guide.sha256, in: transaction)
            try transaction.execute(
                """
                INSERT INTO runbooks (name, version, title, service, steps, items, findings, origin, created, updated, alerts)
                VALUES (\(name), \(guide.sha256), \(guide.title), \(guide.metadata.service), \(guide.steps.count),
                    \(guide.checklist.count), \(guide.findings.count), \(origin), \(now), \(now),
                    \(guide.metadata.alertRules))
                ON CONFLICT (name) DO UPDATE SET version = excluded.version, title = excluded.title,
                    service = excluded.service, steps = excluded.steps, items = excluded.items,
                    findings = excluded.findings, origin = excluded.origin, updated = excluded.updated,
                    alerts = excluded.alerts, gone = NULL
                """)
            let isNewVersion = current?.version != guide.sha256
            if isNewVersion {
                let number =
                    1
                    + (try transaction.integer("SELECT max(number) FROM runbook_versions WHERE runbook = \(name)") ?? 0)
                try transaction.execute(
                    """
                    INSERT INTO runbook_versions (runbook, number, version, created, steps, items, actor_kind, actor)
                    VALUES (\(name), \(number), \(guide.sha256), \(now), \(guide.steps.count),
                        \(guide.checklist.count), \(principal.kind.rawValue), \(principal.id))
                    """)
                try transaction.index(
                    "runbook/\(name)", title: guide.title, text: "\(name)\n\(String(decoding: bytes, as: UTF8.self))",
                    limit: String.searchableGuideBytes, at: now)
                try journal.append(
                    Event(
                        "runbook.imported", on: ObjectReference("runbook", name),
                        details: [
                            "version": .string(guide.sha256), "number": .integer(number),
                            "bytes": .integer(Int64(bytes.count)), "title": .string(guide.title),
                            "origin": .string(origin.rawValue),
                        ]),
                    by: principal, in: transaction)
            } else {
                try journal.append(
                    Event(
                        "runbook.moved", on: ObjectReference("runbook", name),
                        details: ["origin": .string(origin.rawValue)]),
                    by: principal, in: transaction)
            }
            guard let entry = try Self.entry(name, in: transaction) else {
                throw Problem.notFound("There is no runbook \(name).")
            }
            return (entry, isNewVersion)
        }
        guides.keep(guide, guide.sha256, name)
        return stored
    }

    /// A page of the catalogue, by name.
    package func entries(_ request: PageRequest, by principal: Principal) async throws -> Page<Entry> {
        try principal.require(.read, to: "see runbooks")
        return try await database.read { reader in
            let rows: [Entry] = try reader.all(
                "\(Entry.select) WHERE name > \(request.after ?? "") ORDER BY name LIMIT \(request.limit + 1)")
            return Page(rows: rows, limit: request.limit, cursor: \.name)
        }
    }

    /// - Throws: `Problem.notFound`.
    package func entry(_ name: String, by principal: Principal) async throws -> Entry {
        try principal.require(.read, to: "see runbooks")
        let name = RunbookName.dotted(name)
        guard let entry = try await database.look({ try Self.entry(name, in: $0) }) else { throw Self.unknown(name) }
        return entry
    }

    /// The bytes of a runbook's current version, or of the one named, as they were imported.
    package func source(of name: String, version: String? = nil, by principal: Principal) async throws -> Data {
        let entry = try await entry(name, by: principal)
        return try await source(version: version ?? entry.version, of: entry.name)
    }

    /// The parsed guide of a version; parsing happens once per version, not at each page.
    package func guide(of name: String, version: String? = nil, by principal: Principal) async throws -> Guide {
        let entry = try await entry(name, by: principal)
        return try await guide(version: version ?? entry.version, of: entry.name)
    }

    /// The parsed guide of a version that a run is pinned to.
    package func guide(version: String, of name: String) async throws -> Guide {
        if let guide = guides.find(version, name) { return guide }
        let guide = try await parsed([UInt8](try await source(version: version, of: name)), name: name)
        guides.keep(guide, version, name)
        return guide
    }

    private func source(version: String, of name: String) async throws -> Data {
        struct Source: Decodable { let bytes: Data }
        let found = try await database.read { reader in
            try reader.first(
                """
                SELECT s.bytes AS bytes FROM runbook_sources s WHERE s.version = \(version)
                    AND EXISTS (SELECT 1 FROM runbook_versions v WHERE v.version = s.version AND v.runbook = \(name))
                """, as: Source.self)
        }
        guard let found else { throw Problem.notFound("\(name) has no version \(version).") }
        return found.bytes
    }

    /// What takes long is parsed where it holds up no connection; what takes long to lay out is laid out along with it, so that
    /// its page is there at once.
    private func parsed(_ source: [UInt8], name: String) async throws -> Guide {
        guard source.count > 8192 else { return try Guide(parsing: source, name: name) }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try Guide(
                parsing: source, name: name, layingOut: source.count > Self.largeBytes,
                linking: Self.linking(from: name))
        }
    }

    /// A guide of so many bytes is parsed once more in a millisecond or two.
    private static let largeBytes = 64 << 10

    static func entry(_ name: String, in reader: Reader) throws -> Entry? {
        try reader.first("\(Entry.select) WHERE name = \(name)")
    }

    static func unknown(_ name: String) -> Problem {
        .notFound("There is no runbook \(name): `runbook list` shows those there are.")
    }
}

extension Catalogue {
    /// How many runbooks there are.
    package func count(by principal: Principal) async throws -> Int {
        try principal.require(.read, to: "see runbooks")
        return try await database.read { Int(try $0.integer("/* scan: a count */ SELECT count(*) FROM runbooks") ?? 0) }
    }
}
