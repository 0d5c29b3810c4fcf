import API
import Checklists
import Deployments
import Essentials
import Executions
import Incidents
import Journal

/// An incident: what stands, what to do, and what happened.
struct IncidentPage: WebPage {
    static let template = "incidents/incident"

    /// A button that brings it on.
    struct Act: Encodable, Sendable {
        let key: String
        let actPath: String
        let label: String
        let isMain: Bool
    }

    struct Fact: Encodable, Sendable {
        let name: String
        let nameKey: String
        let valueKey: String
        let valueText: String?
        let link: String?
        let linked: String
        let moment: Moment?
        let by: String?
        let after: String?

        /// - Parameters:
        ///   - moment: when, in place of a value.
        ///   - after: how long after the incident was opened.
        init(
            _ name: String, _ value: String? = nil, path: String? = nil, moment: Moment? = nil, by: String? = nil,
            after: String? = nil
        ) {
            self.name = name
            nameKey = "name-\(name)"
            valueKey = "value-\(name)"
            valueText = path == nil ? value : nil
            link = path
            linked = value ?? ""
            self.moment = moment
            self.by = by
            self.after = after
        }
    }

    /// How the people of an affected service are reached.
    struct Contacts: Encodable, Sendable {
        let key: String
        let service: String
        let servicePath: String
        let lines: [ContactLine]
    }

    struct Part: Encodable, Sendable {
        let role: String
        let rolePath: String
        let person: String
    }

    struct Fitting: Encodable, Sendable {
        let key: String
        let fitting: String
        let fittingPath: String
        /// Where it is run for this incident; nil for who may not.
        let runPath: String?
        /// Where its boxes are worked through for this incident; nil where it has none, and for who may not.
        let checklistPath: String?
    }

    struct Checklist: Encodable, Sendable {
        let key: String
        let checklist: String
        let checklistPath: String
        let state: String
        let progress: String
    }

    struct Run: Encodable, Sendable {
        let key: String
        let run: String
        let runPath: String
        let state: String
        let began: Moment
    }

    struct Alert: Encodable, Sendable {
        let key: String
        let alert: String
        let state: String
        let summary: String?
        let link: String?
        let starts: Moment
    }

    struct Filter: Encodable, Sendable {
        let label: String
        let filterPath: String
        let isCurrent: Bool
    }

    /// What one may change of it.
    struct Change: Encodable, Sendable {
        let changePath: String
        let title: String
        let severities: [IncidentFormPage.Choice]
        let services: String
        let runbooks: String
        let suspects: [IncidentFormPage.Choice]
    }

    let layout: Layout
    let incidentID: String
    let heading: String
    let severity: String
    let state: String
    let sentence: String
    /// What was wrong with an edit of a note that is not on the page.
    let problem: String?
    let mayAct: Bool
    let acts: [Act]
    let notePath: String?
    let idempotencyKey: String
    let filters: [Filter]
    let entries: [IncidentEntry]
    let emptiness: String?
    let nextPath: String?
    let facts: [Fact]
    let hasContacts: Bool
    let contacts: [Contacts]
    let fittings: [Fitting]
    let runs: [Run]
    let checklists: [Checklist]
    let hasAlerts: Bool
    let alertCount: String
    let alerts: [Alert]
    let change: Change?
    let parts: [Part]
    let people: [String]
    let postmortemPath: String
    let journalPath: String
    let newsPath: String?

    /// - Parameters:
    ///   - kind: the only kind of entry that is shown; nil for all.
    ///   - items: how many task items the runbooks that fit have, by name.
    ///   - people: whom one may give a part.
    ///   - head: the number of the journal's last event that the page has taken in; nil but on the first page.
    init(
        _ details: IncidentDetails, entries: [IncidentEntry], kind: String?, next: String?,
        blamed: DeploymentFacts?, suspects: [DeploymentFacts], contacts: [IncidentContacts], runs: [RunSummaryRecord],
        checklists: [ChecklistSummaryRecord], items: [String: Int],
        people: [String], problem: String? = nil, mayOperate: Bool, idempotencyKey: String, head: Int64?,
        reader: Reader
    ) {
        let incident = details.incident
        let path = Paths.incident(incident.id.rawValue)
        layout = Layout(
            incident.title, place: .incidents, reader: reader, scripts: head == nil ? [] : ["live.js"])
        incidentID = incident.id.rawValue
        heading = incident.title
        severity = incident.severity.rawValue
        state = incident.state.rawValue
        sentence = Self.sentence(details)
        self.problem = problem
        mayAct = mayOperate
        acts =
            mayOperate
            ? incident.state.moves.enumerated().map { index, move in
                Act(key: move.rawValue, actPath: "\(path)/\(move.noun)", label: move.label, isMain: index == 0)
            } : []
        notePath = mayOperate ? "\(path)/timeline" : nil
        self.idempotencyKey = idempotencyKey
        func filtered(_ kind: String?, _ after: String? = nil) -> String {
            Paths.query(path, [("kind", kind), ("after", after)])
        }
        filters =
            [Filter(label: "all", filterPath: filtered(nil), isCurrent: kind == nil)]
            + TimelineSubject.allCases.map {
                Filter(label: $0.plural, filterPath: filtered($0.rawValue), isCurrent: $0.rawValue == kind)
            }
        self.entries = entries
        emptiness = entries.isEmpty ? "There is no such entry." : nil
        nextPath = next.map { filtered(kind, $0) }
        facts = Self.facts(details) + Self.blame(details.incident, blamed)
        hasContacts = !contacts.isEmpty
        self.contacts = contacts.map { reached in
            Contacts(
                key: reached.service, service: reached.service, servicePath: Paths.service(reached.service),
                lines: reached.contacts.map(ContactLine.init))
        }
        fittings = details.runbooks.map { attached in
            let name = attached.section.map { "\(attached.runbook)#\($0)" } ?? attached.runbook
            return Fitting(
                key: name, fitting: name,
                fittingPath: Paths.runbook(attached.runbook)
                    + (attached.section.map { Paths.fragment($0) } ?? ""),
                runPath: mayOperate
                    ? Paths.runForm(attached.runbook, section: attached.section, incident: incident.id.rawValue) : nil,
                checklistPath: mayOperate && items[attached.runbook, default: 0] > 0
                    ? Paths.checklistForm(attached.runbook, incident: incident.id.rawValue) : nil)
        }
        self.checklists = checklists.map { list in
            Checklist(
                key: list.id.rawValue, checklist: list.name, checklistPath: Paths.checklist(list.id.rawValue),
                state: list.state.rawValue, progress: list.progress)
        }
        self.runs = runs.map { run in
            Run(
                key: run.id.rawValue, run: run.section.map { "\(run.runbook)#\($0)" } ?? run.runbook,
                runPath: Paths.run(run.id.rawValue), state: run.state.rawValue,
                began: Moment(run.started ?? run.created))
        }
        hasAlerts = details.alertCount > 0
        alertCount = "\(details.firingCount) of \(details.alertCount) firing"
        alerts = details.alerts.map { alert in
            Alert(
                key: alert.fingerprint, alert: alert.name, state: alert.firing ? "firing" : "ended",
                summary: alert.summary, link: alert.link, starts: Moment(alert.starts))
        }
        change =
            mayOperate
            ? Change(
                changePath: path, title: incident.title,
                severities: IncidentFormPage.Choice.all(selected: incident.severity),
                services: incident.services.joined(separator: ", "),
                runbooks: details.runbooks.map(\.runbook).joined(separator: ", "),
                suspects: Self.suspects(of: incident, blamed, suspects)) : nil
        parts =
            mayOperate
            ? IncidentRole.allCases.map { role in
                Part(
                    role: role.rawValue, rolePath: "\(path)/roles/\(role.rawValue)",
                    person: details.roles.first { $0.role == role }?.name ?? "")
            } : []
        self.people = mayOperate ? people : []
        postmortemPath = "\(path)/postmortem"
        journalPath = Paths.journal(object: incident.reference.text)
        newsPath = head.map(Paths.news)
    }

    private static func sentence(_ details: IncidentDetails) -> String {
        let incident = details.incident
        let services = incident.services.isEmpty ? "" : "\(incident.services.joined(separator: ", ")) · "
        return switch incident.state {
        case .triggered: "\(services)Nobody has taken it up."
        case .acknowledged: "\(services)\(incident.acknowledgedBy ?? "Somebody") is on it."
        case .mitigated: "\(services)It does no more harm; its cause may still be there."
        case .resolved: "\(services)It is over."
        }
    }

    /// Which deployment it counts as the failure of.
    private static func blame(_ incident: IncidentRecord, _ blamed: DeploymentFacts?) -> [Fact] {
        if let blamed {
            let path = Paths.deployment(blamed.id.rawValue)
            return [Fact("laid to", blamed.title, path: path, after: incident.isDeploymentSaid ? nil : "by the times")]
        }
        return incident.isDeploymentSaid ? [Fact("laid to", "no deployment")] : []
    }

    private static func suspects(
        of incident: IncidentRecord, _ blamed: DeploymentFacts?, _ suspects: [DeploymentFacts]
    ) -> [IncidentFormPage.Choice] {
        let said = incident.isDeploymentSaid
        let older = blamed.flatMap { blamed in suspects.contains { $0.id == blamed.id } ? nil : blamed }
        let unsaid: [IncidentFormPage.Choice] =
            said
            ? [] : [.init(option: "", meaning: "nobody has said: by the times", isSelected: true)]
        return unsaid
            + [.init(option: "none", meaning: "no deployment", isSelected: said && incident.deployment == nil)]
            + (suspects + (older.map { [$0] } ?? [])).map { facts in
                .init(
                    option: facts.id.rawValue,
                    meaning: "\(facts.title), \((facts.started ?? facts.created).rfc3339.prefix(16))",
                    isSelected: facts.id.rawValue == incident.deployment)
            }
    }

    private static func facts(_ details: IncidentDetails) -> [Fact] {
        let incident = details.incident
        let opened = incident.milestones.opened
        var facts = details.roles.map { Fact($0.role.rawValue, $0.name) }
        if !details.roles.contains(where: { $0.role == .commander }) {
            facts.insert(Fact("commander", "nobody yet"), at: 0)
        }
        for service in incident.services.prefix(1) {
            facts.append(Fact("services", service, path: Paths.service(service)))
        }
        for service in incident.services.dropFirst() {
            facts.append(Fact("and \(service)", service, path: Paths.service(service)))
        }
        facts.append(Fact("opened", moment: Moment(opened), by: incident.actorName))
        for (name, time) in [
            ("acknowledged", incident.milestones.acknowledged), ("mitigated", incident.milestones.mitigated),
            ("resolved", incident.milestones.resolved),
        ] {
            guard let time else { continue }
            facts.append(Fact(name, moment: Moment(time), after: "after \(opened.duration(to: time).inWords)"))
        }
        return facts
    }
}

extension IncidentMove {
    /// As the path has it: actions are nouns.
    var noun: String {
        switch self {
        case .acknowledge: "acknowledgement"
        case .mitigate: "mitigation"
        case .resolve: "resolution"
        case .reopen: "reopening"
        }
    }

    /// On its button.
    var label: String {
        switch self {
        case .acknowledge: "Acknowledge"
        case .mitigate: "Mitigated"
        case .resolve: "Resolved"
        case .reopen: "Reopen"
        }
    }
}

extension TimelineSubject {
    /// As a filter is called.
    var plural: String { self == .status ? "status" : "\(rawValue)s" }
}
