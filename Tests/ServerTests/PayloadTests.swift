import API
import Essentials
import Foundation
import Testing

@testable import Server

/// What a payload has in Swift is what the description says: the members that are always there, and the others.
@Suite struct PayloadTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let schema: String
        /// With every member.
        let full: any Encodable & Sendable
        /// Without those that may be absent.
        let bare: any Encodable & Sendable

        var testDescription: String { schema }
    }

    @Test(arguments: samples) func `a payload has the members that are described`(_ sample: Sample) throws {
        let schema = try #require(Description.schemas.named(sample.schema))
        let (full, bare) = (try Self.members(of: sample.full), try Self.members(of: sample.bare))
        guard case .object(let properties) = schema["properties"] else {
            Issue.record("no properties")
            return
        }
        #expect(Set(full.keys) == Set(properties.keys))
        var required: [String] = []
        if case .array(let names) = schema["required"] { required = names.compactMap(\.string) }
        #expect(Set(bare.keys) == Set(required))
        for value in [sample.full, sample.bare] {
            let written = try JSONValue(parsing: String(decoding: try JSONBytes.encode(value), as: UTF8.self))
            #expect(written == .object(try Self.members(of: value)), "as it is answered")
        }
        for members in [full, bare] {
            #expect(Description.schemas.faults(of: .object(members), against: schema, at: sample.schema) == [])
        }
    }

    @Test func `every schema of an object is held by a sample`() {
        guard case .object(let schemas) = Description.document["components"]?["schemas"] else {
            Issue.record("there are no schemas")
            return
        }
        // Made where they are answered, or read from a form: requests hold these two.
        let others: Set = ["Status", "SignInForm"]
        #expect(Set(schemas.keys).subtracting(others) == Set(Self.samples.map(\.schema)))
    }

    private static func members(of value: any Encodable) throws -> [String: JSONValue] {
        let json = try JSONDecoder().decode(JSONValue.self, from: try JSONEncoder().encode(value))
        guard case .object(let members) = json else { return [:] }
        return members
    }

    static let time = "2026-01-19T08:30:00.000000Z"
    static let hash = String(repeating: "0123456789abcdef", count: 4)

    static let samples: [Sample] =
        status + runs + queue + runbooks
        + checklists
        + deployments
        + incidents
        + services
        + schedules
        + hooks
        + notifications
        + search
        + journal + accounts

    static let actor = Actor(kind: "person", id: "1", name: "Ada")

    private static let status: [Sample] = {
        let line = { (successor: String?) in
            SituationLine(
                kind: "run", id: "1", title: "a#b", state: "failed", details: "step 1 of 2", time: time, by: actor,
                successor: successor)
        }
        let part = SituationPart(count: 2, lines: [line("2")])
        let situation = { (begin: String?) in
            Situation(
                sentence: "Nothing is running.", time: time, burning: part, running: part, queued: part,
                waiting_for_you: part,
                waiting_for_others: part, failed: part, succeeded: [line(nil)], begin: begin)
        }
        return [
            Sample(schema: "Situation", full: situation("runbook exec a"), bare: situation(nil)),
            same("SituationPart", part),
            Sample(schema: "SituationLine", full: line("2"), bare: line(nil)),
        ]
    }()

    private static let runs: [Sample] = {
        let attempt = RunAttempt(
            number: 1, state: "failed", exit_status: 1, signal: 9, reason: "It ended.", started: time, finished: time,
            output_cut: false, output_may_end_early: false, output_expired: time)
        let bareAttempt = RunAttempt(
            number: 1, state: "running", exit_status: nil, signal: nil, reason: nil, started: nil, finished: nil,
            output_cut: false, output_may_end_early: false)
        let step = RunStep(
            id: "a", item: "h", repeats: "i", host: "k", state: "failed", line: 3, outputs: ["url": "x"], needs: ["e"],
            waits_for: "b", due: time,
            until: time, run: "2", reason: "c",
            asks: "approval", question: "d", expires: time, attempts: [attempt])
        let bareStep = RunStep(id: "a", state: "queued", line: 3, attempts: [bareAttempt])
        return [
            Sample(
                schema: "RunRequest",
                full: RunRequest(
                    runbook: "a", section: "b", steps: ["c"], tags: ["t"], parameters: ["D": "e"],
                    placeholders: ["<f>": "g"],
                    priority: "high", dry_run: true, incident: "1"), bare: RunRequest(runbook: "a")),
            Sample(
                schema: "Run",
                full: Run(
                    id: "1", runbook: "a", version: hash, section: "b", state: "failed", priority: "low",
                    waits_for: "c", occasions: ["incident/1"], parent: RunParent(run: "3", step: "f"),
                    rollback: "4", reason: "g", parameters: ["A": "b"], created: time, started: time,
                    finished: time,
                    by: actor, steps: [step]),
                bare: Run(
                    id: "1", runbook: "a", version: hash, section: nil, state: "queued", priority: "low",
                    parameters: [:],
                    created: time, started: nil, finished: nil, by: actor, steps: [bareStep])),
            Sample(
                schema: "RunParent", full: RunParent(run: "3", step: "f", rollback: true),
                bare: RunParent(run: "3", step: "f")),
            Sample(schema: "RunStep", full: step, bare: bareStep),
            Sample(schema: "RunAttempt", full: attempt, bare: bareAttempt),
            Sample(
                schema: "RunSummary",
                full: RunSummary(
                    id: "1", runbook: "a", version: hash, section: "b", state: "failed", created: time, started: time,
                    finished: time, by: actor, steps_total: 2, steps_done: 1, step: "c"),
                bare: RunSummary(
                    id: "1", runbook: "a", version: hash, section: nil, state: "queued", created: time, started: nil,
                    finished: nil, by: actor, steps_total: 0, steps_done: 0, step: nil)),
            same("OutputChunk", OutputChunk(n: 1, step: "a", attempt: 1, stream: "stderr", time: time, text: "b\n")),
            Sample(
                schema: "AnswerRequest", full: AnswerRequest(note: "a", outcome: "failed"), bare: AnswerRequest()),
            Sample(
                schema: "ResumptionRequest", full: ResumptionRequest(from: "b", outcome: "rerun", note: "a"),
                bare: ResumptionRequest()),
            same("SkipRequest", SkipRequest(note: "a")),
        ] + dryRuns
    }()

    private static let runbooks: [Sample] = {
        let step = { (refusal: String?, item: String?) in
            Inspection.Step(
                id: "a", section: "b", line: 1, endLine: 3, language: "sh", kind: "shell", attributes: ["name": "a"],
                script: "true\n", placeholders: ["<pod>"],
                exports: item.map { _ in [Inspection.Export(name: "A", value: "b", line: 2)] },
                tags: item.map { _ in ["t"] }, runnable: true, refusal: refusal, checkOf: item)
        }
        let item = { (check: String?) in
            Inspection.Item(id: "a", section: "b", line: 1, text: "c", checked: true, depth: 1, check: check)
        }
        let section = Inspection.Section(slug: "a", title: "A", level: 1, line: 1)
        let document = Inspection.Document(line: 1, language: "yaml")
        let finding = Inspection.Finding(rule: "placeholder", severity: "error", line: 1, message: "Fill it.")
        let brokenLink = Inspection.Finding(
            rule: "broken-link", severity: "warning", line: 1, message: "Mend it.", runbook: "b")
        let contents = Inspection(
            file: "a.md", title: "A", bytes: 1, sha256: hash, metadata: ["title": "A"], sections: [section],
            steps: [step("b", "c")], checklist: [item("a")], documents: [document], findings: [finding])
        let runbook = { (service: String?) in
            Runbook(
                name: "a", number: 2, service: service, origin: "import", updated: time,
                gone: service.map { _ in time }, contents: contents)
        }
        let summary = { (service: String?) in
            RunbookSummary(
                name: "a", title: "A", version: hash, service: service, origin: "folder", updated: time,
                gone: service.map { _ in time },
                steps: 0, checklist: 0, findings: 0)
        }
        return [
            Sample(schema: "Runbook", full: runbook("s"), bare: runbook(nil)),
            Sample(schema: "RunbookSummary", full: summary("s"), bare: summary(nil)),
            Sample(schema: "Step", full: step("b", "c"), bare: step(nil, nil)),
            Sample(schema: "ChecklistItem", full: item("a"), bare: item(nil)),
            same("ExportedVariable", Inspection.Export(name: "A", value: "b", line: 2)),
            same("Section", section),
            same("Document", document),
            Sample(schema: "Finding", full: brokenLink, bare: finding),
        ] + versions
    }()

    private static let incidents: [Sample] = {
        let runbook = { (section: String?) in IncidentRunbook(runbook: "a.b", section: section) }
        let alert = { (text: String?) in
            IncidentAlert(
                fingerprint: "f", name: "HighErrorRate", firing: true, starts: time, ends: text.map { _ in time },
                summary: text, link: text)
        }
        let incident = { (text: String?) in
            Incident(
                id: "1", title: "It burns", severity: "sev2", state: "mitigated", services: ["web"],
                roles: ["commander": "Ada"], opened: time, acknowledged: text.map { _ in time }, acknowledged_by: text,
                mitigated: text.map { _ in time }, resolved: text.map { _ in time }, by: actor,
                runbooks: [runbook("c")],
                alerts: [alert("x")], alerts_total: 1, alerts_firing: 1, deployment: text,
                contacts: text.map { [.init(service: "web", contacts: [$0])] })
        }
        let summary = { (text: String?) in
            IncidentSummary(
                id: "1", title: "It burns", severity: "sev2", state: "mitigated", services: ["web"], opened: time,
                acknowledged: text.map { _ in time }, acknowledged_by: text, mitigated: text.map { _ in time },
                resolved: text.map { _ in time }, by: actor)
        }
        let earlier = { (text: String?) in TimelineEntry.Earlier(until: time, text: text, by: actor) }
        let entry = { (text: String?) in
            TimelineEntry(
                seq: 1, time: time, at: text.map { _ in time }, kind: "incident.noted", actor: actor,
                sentence: "Note, by Ada.", text: text, note: text, version: text.map { _ in 2 },
                earlier: text.map { [earlier($0)] },
                objects: ["incident/1"], output: text.map { [$0] })
        }
        let labels = ["a": "b"]
        let told = AlertmanagerMessage.Alert(
            status: "firing", labels: labels, annotations: labels, startsAt: time, endsAt: time,
            generatorURL: "http://p",
            fingerprint: "f")
        let untold = AlertmanagerMessage.Alert(status: "firing", labels: labels, startsAt: time, fingerprint: "f")
        return [
            Sample(
                schema: "IncidentRequest",
                full: IncidentRequest(
                    title: "a", severity: "sev1", services: ["b"], runbooks: ["c"], note: "d", deployment: "e"),
                bare: IncidentRequest(title: "a")),
            Sample(
                schema: "IncidentChangeRequest",
                full: IncidentChangeRequest(
                    title: "a", severity: "sev1", services: ["b"], runbooks: ["c"], deployment: "none"),
                bare: IncidentChangeRequest()),
            Sample(schema: "IncidentMoveRequest", full: IncidentMoveRequest(note: "a"), bare: IncidentMoveRequest()),
            Sample(schema: "NoteRequest", full: NoteRequest(text: "a", at: time), bare: NoteRequest(text: "a")),
            same("NoteEditRequest", NoteEditRequest(text: "a")),
            Sample(schema: "RoleRequest", full: RoleRequest(person: "a"), bare: RoleRequest()),
            Sample(schema: "Incident", full: incident("Ada"), bare: incident(nil)),
            Sample(schema: "IncidentSummary", full: summary("Ada"), bare: summary(nil)),
            same("IncidentContacts", IncidentContacts(service: "web", contacts: ["#ops"])),
            Sample(schema: "IncidentRunbook", full: runbook("c"), bare: runbook(nil)),
            Sample(schema: "IncidentAlert", full: alert("x"), bare: alert(nil)),
            Sample(schema: "TimelineEntry", full: entry("x"), bare: entry(nil)),
            Sample(schema: "EarlierText", full: earlier("x"), bare: earlier(nil)),
            Sample(
                schema: "AlertmanagerMessage",
                full: AlertmanagerMessage(
                    version: "4", groupKey: "g", status: "firing", alerts: [told], truncatedAlerts: 1, receiver: "r",
                    groupLabels: labels, commonLabels: labels, commonAnnotations: labels, externalURL: "http://a"),
                bare: AlertmanagerMessage(version: "4", groupKey: "g", status: "firing", alerts: [])),
            Sample(schema: "AlertmanagerAlert", full: told, bare: untold),
            Sample(
                schema: "AlertReceipt",
                full: AlertReceipt(incident: "1", opened: true, resolved: false, fired: 1, ended: 0, known: 0),
                bare: AlertReceipt(incident: nil, opened: false, resolved: false, fired: 0, ended: 0, known: 1)),
        ]
    }()

    private static let notifications: [Sample] = {
        let destination = NotificationDestination(
            name: "channel", kind: "webhook", address: "https://example.com", events: ["incident.opened"],
            created: time)
        let delivery = { (word: String?) in
            NotificationDelivery(
                id: "1", destination: "channel", kind: "incident.opened", event: 1, state: "pending", tries: 0,
                created: time, due: word.map { _ in time }, finished: word.map { _ in time },
                status: word.map { _ in 500 }, error: word)
        }
        return [
            same("NotificationDestination", destination),
            Sample(
                schema: "DestinationRequest",
                full: DestinationRequest(
                    name: "a", kind: "slack", url: "https://example.com", events: ["incident.opened"]),
                bare: DestinationRequest(name: "a", kind: "slack", url: "https://example.com")),
            Sample(
                schema: "NewNotificationDestination",
                full: NewNotificationDestination(destination: destination, secret: "whsec_x"),
                bare: NewNotificationDestination(destination: destination, secret: nil)),
            Sample(
                schema: "NotificationDelivery", full: delivery("It was not answered."), bare: delivery(nil)),
        ]
    }()

    private static let search: [Sample] = {
        let bare = Found(kind: "runbook", id: "a", title: "A", excerpt: "… a …", match: "a", time: time)
        let found = Found(
            kind: "runbook", id: "a", title: "A", excerpt: "… a …", match: "a", section: "b", step: "c", line: 4,
            of: "incident/1", time: time)
        return [
            Sample(schema: "Found", full: found, bare: bare),
            same("SearchAnswer", SearchAnswer(items: [found], next: nil, broad: ["w"])),
        ]
    }()

    private static let journal: [Sample] = {
        let fault = JournalVerification.Fault(seq: 1, reason: "It was changed.")
        let field = { (line: Int?) in ProblemDetails.FieldError(name: "a", message: "b", line: line) }
        return [
            same(
                "JournalEvent",
                JournalEvent(
                    seq: 1, id: "1", time: time, kind: "run.created", actor: actor, via: "api", objects: ["run/1"],
                    data: ["a": 1], hash: hash)),
            Sample(
                schema: "JournalVerification",
                full: JournalVerification(ok: false, events: 1, head: "1:\(hash)", first_bad: fault, warnings: ["a"]),
                bare: JournalVerification(ok: true, events: 0, head: nil, first_bad: nil, warnings: [])),
            same("JournalFault", fault),
            Sample(
                schema: "ProblemDetails",
                full: ProblemDetails(
                    title: "a", status: 400, detail: "b", code: "invalid", errors: [field(1)], request: "c"),
                bare: ProblemDetails(title: "a", status: 400, detail: "b", code: "invalid")),
            Sample(schema: "FieldError", full: field(1), bare: field(nil)),
        ]
    }()

    private static let accounts: [Sample] = {
        let person = Person(id: "1", name: "Ada", role: "admin", author: true, disabled: false, created: time)
        let token = { (word: String?) in
            Token(
                id: "1", name: "ci", scopes: ["read"], person: word, created: time, expires: word.map { _ in time },
                revoked: word.map { _ in time })
        }
        return [
            Sample(schema: "Actor", full: actor, bare: Actor(kind: "system", id: "server", name: nil)),
            same("SignInRequest", SignInRequest(name: "a", password: "b")),
            same("SessionAnswer", SessionAnswer(person: person, csrf: "a", expires: time)),
            same("Person", person),
            Sample(
                schema: "PersonRequest", full: PersonRequest(name: "a", password: "b", role: "viewer", author: true),
                bare: PersonRequest(name: "a", password: "b", role: "viewer")),
            Sample(
                schema: "PersonChange", full: PersonChange(role: "viewer", author: true, disabled: true, password: "a"),
                bare: PersonChange()),
            Sample(schema: "Token", full: token("Ada"), bare: token(nil)),
            Sample(
                schema: "TokenRequest", full: TokenRequest(name: "a", scopes: ["read"], expires: time),
                bare: TokenRequest(name: "a", scopes: ["read"])),
            same("NewToken", NewToken(token: token(nil), secret: "runbook_x")),
            same("Me", Me(actor: actor, permissions: ["read"])),
        ]
    }()

    static func same(_ schema: String, _ payload: some Encodable & Sendable) -> Sample {
        Sample(schema: schema, full: payload, bare: payload)
    }
}
