import API
import Essentials
import Executions
import Foundation
import HTTPTypes
import Hummingbird
import Journal
import NIOCore
import RunbookFormat
import Runbooks

/// The catalogue over HTTP.
struct RunbookRoutes: Sendable {
    let catalogue: Catalogue
    let executions: Executions
    let templates: Templates
    private let answers = RunbookAnswers()

    init(catalogue: Catalogue, executions: Executions, templates: Templates) {
        self.catalogue = catalogue
        self.executions = executions
        self.templates = templates
    }

    var table: [Route] {
        [
            .signedIn(.get, "/api/v1/runbooks", list),
            .signedIn(.post, "/api/v1/runbooks", admitting: .init(bodyLimit: Guide.maximumBytes), store),
            .signedIn(.get, "/api/v1/runbooks/{name}", show),
            .signedIn(.get, "/api/v1/runbooks/{name}/versions", versions),
            .signedIn(.get, "/api/v1/runbooks/{name}/versions/{version}/changes", changes),
            .signedIn(.get, "/api/v1/runbooks/{name}/source", source),
            .signedIn(.get, "/api/v1/folder", folder),
            .signedIn(.get, "/runbooks", list),
            .signedIn(.get, "/runbooks/{name}", show),
            .signedIn(.get, "/runbooks/{name}/versions", versions),
            .signedIn(.get, "/runbooks/{name}/versions/{version}/changes", changes),
            .signedIn(.get, "/runbooks/{name}/source", source),
        ]
    }

    @Sendable func list(_ visit: Visit) async throws -> Response {
        let head = try await executions.journal.newsHead(visit)
        let page = try await catalogue.entries(visit.page(), by: visit.principal)
        if visit.wantsJSON { return try .json(List(items: page.items.map(RunbookSummary.init), next: page.next)) }
        let total = try await catalogue.count(by: visit.principal)
        let last = try await executions.lastRuns(of: page.items.map(\.name), by: visit.principal)
        return .html(
            try templates.render(
                RunbooksPage(
                    rows: page.items.map { entry in
                        .init(
                            name: entry.name, title: entry.title, service: entry.service, steps: entry.steps,
                            items: entry.items, findings: entry.findings, updated: entry.updated,
                            lastRun: last[entry.name].map {
                                .init(id: $0.id.rawValue, state: $0.state.rawValue, started: $0.started ?? $0.created)
                            }, isGone: entry.gone != nil)
                    }, faults: catalogue.folder.faults.map(RunbooksPage.Fault.init), total: total, next: page.next,
                    head: head, reader: visit.reader)))
    }

    /// The watched folder, and which of its files are not in the catalogue.
    @Sendable func folder(_ visit: Visit) async throws -> Response {
        try visit.principal.require(.read, to: "see runbooks")
        return try .json(WatchedFolder(catalogue.folder))
    }

    /// 201 for a new version, 200 when the bytes are the current version's.
    @Sendable func store(_ visit: Visit) async throws -> Response {
        guard let name = visit.query("name") else {
            throw Problem.invalid(
                "Say the runbook's name: ?name=accunode.deploy.", fields: [.init(name: "name", message: "required")])
        }
        let type = visit.request.headers[.contentType]?.lowercased() ?? "text/markdown"
        guard type.hasPrefix("text/markdown") || type.hasPrefix("text/plain") else {
            throw Problem.invalid("The body's type is \(type.prefix(80)): send the guide as text/markdown.")
        }
        let (entry, isNewVersion) = try await catalogue.store(
            Array(visit.body.readableBytesView), name: name, by: visit.principal)
        let guide = try await catalogue.guide(version: entry.version, of: entry.name)
        return try .json(
            Runbook(entry, guide, findings: try await catalogue.findings(of: guide, named: entry.name)),
            status: isNewVersion ? .created : .ok,
            headers: [.location: "/api/v1/runbooks/\(Paths.encoded(entry.name))"])
    }

    @Sendable func show(_ visit: Visit) async throws -> Response {
        let entry = try await catalogue.entry(try visit.path("name"), by: visit.principal)
        if visit.wantsJSON, let bytes = answers.find(entry) { return .bytes(bytes, type: "application/json") }
        let guide = try await catalogue.guide(version: entry.version, of: entry.name)
        guard visit.wantsJSON else { return try await page(entry, guide, visit) }
        let findings = try await catalogue.findings(of: guide, named: entry.name)
        let bytes = try Response.encoded(Runbook(entry, guide, findings: findings))
        // Which of its links are broken depends on what else there is.
        if guide.links.isEmpty { answers.keep(bytes, for: entry) }
        return .bytes(bytes, type: "application/json")
    }

    /// The bytes as they were imported.
    @Sendable func source(_ visit: Visit) async throws -> Response {
        let name = try visit.path("name")
        let entry = try await catalogue.entry(name, by: visit.principal)
        let bytes = try await catalogue.source(of: name, version: visit.query("version"), by: visit.principal)
        return .bytes(
            bytes, type: "text/markdown; charset=utf-8",
            headers: [.contentDisposition: "attachment; filename=\"\(entry.name.filter(\.isASCII)).md\""])
    }

    private func page(_ entry: Entry, _ guide: Guide, _ visit: Visit) async throws -> Response {
        let mayRun = visit.principal.may(.operate)
        let runs = try await executions.runs(
            PageRequest(limit: 8), runbook: entry.name, by: visit.principal)
        let steps = Dictionary(guide.steps.map { ($0.id, $0) }) { first, _ in first }
        var parts: [RunbookPage.Part] = []
        // What stands between two steps is one part: a page is laid out part by part.
        var prose = ""
        let findings = try await catalogue.findings(of: guide, named: entry.name)
        var inOrder = FindingsInOrder(findings)
        var linesBeside: Set<Int> = []
        for part in guide.rendered(linking: Catalogue.linking(from: entry.name)) {
            if case .margin(let lines) = part {
                prose += RunbookPage.margin(inOrder.take(lines).map(RunbookPage.Finding.init), &linesBeside)
                continue
            }
            guard case .step(let id, let html) = part, let step = steps[id] else {
                prose += part.html
                continue
            }
            parts.append(.prose(SafeHTML(prose)))
            prose = ""
            parts.append(
                .step(
                    .init(
                        id: id, runbook: entry.name, language: step.language, timeout: step.timeout,
                        script: SafeHTML(html), refusal: step.refusal,
                        findings: inOrder.take(step.line...step.endLine).map(RunbookPage.Finding.init),
                        mayRun: mayRun && step.checkOf == nil)))
        }
        parts.append(.prose(SafeHTML(prose)))
        let outermost = guide.sections.map(\.level).min() ?? 1
        let runnable = Set(guide.steps.filter { $0.isRunnable && $0.checkOf == nil }.map(\.section))
        return .html(
            try templates.render(
                RunbookPage(
                    .init(
                        name: entry.name, title: entry.title, service: entry.service, owner: guide.metadata.owner,
                        steps: entry.steps, items: entry.items, version: entry.version, updated: entry.updated,
                        gone: entry.gone,
                        faults: catalogue.folder.faults(of: entry.name).map(RunbooksPage.Fault.init),
                        hasMarks: !guide.marked.isEmpty),
                    parts: parts,
                    sections: guide.sections.map { section in
                        .init(
                            runbook: entry.name, slug: section.slug, title: section.title,
                            depth: section.level - outermost + 1,
                            isRunnable: mayRun && runnable.contains(section.slug))
                    },
                    findings: Self.shown(findings, in: guide, beside: linesBeside),
                    pastRuns: runs.items.map {
                        .init(
                            id: $0.id.rawValue, state: $0.state.rawValue, started: $0.started ?? $0.created,
                            by: $0.actor_name)
                    }, mayRun: mayRun, reader: visit.reader)))
    }
}

extension RunbookRoutes {
    /// Each with its step, its own place beside the text, or else the section that it stands in. All come in the order of
    /// their lines.
    fileprivate static func shown(
        _ findings: [RunbookFormat.Finding], in guide: Guide, beside lines: Set<Int>
    ) -> [RunbookPage.Finding] {
        var sections = guide.sections[...]
        var steps = guide.steps[...]
        var section: String?
        return findings.map { finding in
            while let next = sections.first, next.line <= finding.line {
                section = next.slug
                sections.removeFirst()
            }
            while let next = steps.first, next.endLine < finding.line { steps.removeFirst() }
            let step = steps.first.flatMap { $0.line <= finding.line ? "page-step-\($0.id)" : nil }
            return RunbookPage.Finding(
                severity: finding.severity.rawValue, line: finding.line, message: finding.message,
                anchor: lines.contains(finding.line)
                    ? RunbookPage.Finding.anchor(ofLine: finding.line) : step ?? section)
        }
    }
}

/// A guide's findings, handed out once, to steps that come in the order of their lines.
private struct FindingsInOrder {
    private let findings: [RunbookFormat.Finding]
    private var next = 0

    init(_ findings: [RunbookFormat.Finding]) { self.findings = findings }

    mutating func take(_ lines: ClosedRange<Int>) -> ArraySlice<RunbookFormat.Finding> {
        while next < findings.count, findings[next].line < lines.lowerBound { next += 1 }
        let first = next
        while next < findings.count, findings[next].line <= lines.upperBound { next += 1 }
        return findings[first..<next]
    }
}

extension RunbooksPage.Fault {
    init(_ fault: FolderFault) { self.init(path: fault.path, message: fault.message) }
}

extension RunbookPage.Finding {
    init(_ finding: RunbookFormat.Finding) {
        self.init(severity: finding.severity.rawValue, line: finding.line, message: finding.message)
    }
}

extension RunbookSummary {
    init(_ entry: Entry) {
        self.init(
            name: entry.name, title: entry.title, version: entry.version, service: entry.service,
            origin: entry.origin.rawValue, updated: entry.updated.rfc3339, gone: entry.gone?.rfc3339,
            steps: entry.steps,
            checklist: entry.items, findings: entry.findings)
    }
}

extension WatchedFolder {
    init(_ state: FolderState) {
        self.init(
            watching: state.watching.rawValue,
            faults: state.faults.map {
                Fault(path: $0.path, runbook: $0.runbook, message: $0.message, since: $0.since.rfc3339)
            })
    }
}

extension Runbook {
    init(_ entry: Entry, _ guide: Guide, findings: [RunbookFormat.Finding]) {
        self.init(
            name: entry.name, number: entry.number, service: entry.service, origin: entry.origin.rawValue,
            updated: entry.updated.rfc3339, gone: entry.gone?.rfc3339,
            contents: Inspection(guide: guide, file: entry.name, findings: findings))
    }
}
