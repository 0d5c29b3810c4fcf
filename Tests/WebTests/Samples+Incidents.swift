import API
import Checklists
import Deployments
import Essentials

@testable import Executions
@testable import Incidents
@testable import Journal
@testable import Server

/// Incidents' pages with every field filled.
extension Samples {
    var incidents: IncidentsPage {
        IncidentsPage(
            [
                incidentRecord(.acknowledged),
                IncidentRecord(
                    id: ID("01j9zk4m7c0vxw5t3n8q2r6hyj"), title: text("The disk is full"), severity: .sev4,
                    state: .resolved, services: [],
                    milestones: Milestones(opened: at(-900), acknowledged: at(-800), resolved: at(-700)),
                    acknowledgedBy: text("Grace Hopper"), actorKind: "token", actor: "1", actorName: text("deploys"),
                    isFromAlerts: false),
            ], filter: IncidentFilter(service: text("accunode")), burning: 1, next: text("01j9zk4m7c0vxw5t3n8q2r6hyj"),
            mayOperate: true, isAdmin: true, head: 4211, reader: reader)
    }

    var newIncident: IncidentFormPage {
        IncidentFormPage(
            .init(
                title: text("Errors"), severity: .sev2, services: text("accunode"), note: text("Since the deploy."),
                deployment: text("01j9zk4m7c0vxw5t3n8q2r6hyd")),
            problem: .invalid(
                text("The incident was not opened: correct the fields below."),
                fields: [
                    .init(name: "title", message: text("Say in a few words what is wrong.")),
                    .init(name: "services", message: text("At most 20 services.")),
                    .init(name: "note", message: text("At most 16 KiB.")),
                    .init(name: "deployment", message: text("the id of a deployment")),
                ]),
            idempotencyKey: text("01j9zk4m7c0v"), reader: reader)
    }

    var incident: IncidentPage {
        IncidentPage(
            IncidentDetails(
                incident: incidentRecord(.acknowledged),
                roles: [
                    RoleRecord(role: .communications, person: "1", name: text("Grace Hopper"), since: at(20))
                ],
                runbooks: [
                    AttachedRunbook(runbook: text("accunode.rollback"), section: text("switch")),
                    AttachedRunbook(runbook: text("accunode.errors"), section: nil),
                ],
                alerts: [
                    AlertRecord(
                        fingerprint: text("f1"), name: text("HighErrorRate"), summary: text("7.1 %"), firing: true,
                        starts: at(0), ends: nil, link: text("https://prometheus.example.org/graph")),
                    AlertRecord(
                        fingerprint: "f2", name: text("SlowCheckout"), summary: nil, firing: false, starts: at(0),
                        ends: at(60), link: nil),
                ],
                alertCount: 2, firingCount: 1),
            entries: entries.map { item in
                IncidentEntry(
                    item, output: item.event.kind == "run.failed" ? [text("/checkout   7.1 %")] : [],
                    editPath: "/incidents/1/timeline",
                    refused: .init(
                        note: "n1", typed: text("It was the switch."),
                        problem: .outdated(text("Grace has changed this note."))))
            },
            kind: nil, next: text("41"), blamed: facts(.succeeded), suspects: [facts(.failed, id: "2")],
            contacts: [
                .init(service: text("accunode"), contacts: ["security: sec@example.org, by day", text("by the door")])
            ],
            runs: [
                RunSummaryRecord(
                    id: ID(text("01j9zk4m7c0vxw5t3n8q2r6hyd")), runbook: text("accunode.rollback"), version: "v",
                    section: text("switch"), state: .failed, created: at(100), started: at(101), finished: at(120),
                    actor_kind: "person", actor: "1", actor_name: text("Ada"), steps_total: 2, steps_done: 1,
                    step: text("switch"), is_check: false)
            ],
            checklists: [checklistSummary(.open, missing: 2)],
            items: Dictionary([(text("accunode.rollback"), 3), (text("accunode.errors"), 1)]) { $1 },
            people: [text("Ada Lovelace"), "Grace Hopper"], problem: text("Grace has changed it."), mayOperate: true,
            idempotencyKey: text("01j9zk4m7c0v"),
            head: 4211, reader: reader)
    }

    /// Nothing fits the filter, nothing was run, and nobody is asked anything.
    var quietIncident: IncidentPage {
        IncidentPage(
            IncidentDetails(
                incident: incidentRecord(.triggered), roles: [], runbooks: [], alerts: [], alertCount: 0, firingCount: 0
            ),
            entries: [], kind: "checklist", next: nil, blamed: nil, suspects: [], contacts: [], runs: [],
            checklists: [], items: [:],
            people: [],
            mayOperate: false, idempotencyKey: "",
            head: nil, reader: reader)
    }

    func incidentRecord(_ state: IncidentState) -> IncidentRecord {
        IncidentRecord(
            id: ID(text("01j9zk4m7c0vxw5t3n8q2r6hyi")), title: text("Checkout errors above 5 %"), severity: .sev2,
            state: state, services: [text("accunode"), "web"],
            milestones: Milestones(opened: at(0), acknowledged: state == .triggered ? nil : at(62)),
            acknowledgedBy: state == .triggered ? nil : text("Ada Lovelace"), actorKind: "person", actor: "1",
            actorName: text("Ada Lovelace"), isFromAlerts: true)
    }

    private var entries: [TimelineItem] {
        let run = ObjectReference("run", "01j9zk4m7c0vxw5t3n8q2r6hyd")
        return [
            TimelineItem(
                event(
                    44, "run.failed", [run, ObjectReference("runbook", text("accunode.rollback"))], [:], by: "system")),
            TimelineItem(
                event(
                    43, "incident.noted", [ObjectReference("note", "n1")],
                    ["note": "n1", "text": "It was the *disk*.", "at": .string(at(-60).rfc3339)]),
                edits: [
                    .init(
                        time: at(90), by: .init(kind: "person", id: "2", name: text("Grace")),
                        text: "It was the *network*.")
                ]),
            TimelineItem(
                event(
                    42, "incident.alert-fired", [],
                    ["count": 1, "names": [.string(text("HighErrorRate"))], "summary": .string(text("7.1 %"))])),
            TimelineItem(
                RecordedEvent(
                    seq: 41, id: "e", time: at(0).rfc3339, kind: "incident.noted",
                    actor: .init(kind: "person", id: "1", name: nil), via: "web", objects: [], details: [:],
                    isErased: true, hash: "")),
        ]
    }

    private func event(
        _ seq: Int64, _ kind: String, _ objects: [ObjectReference], _ details: [String: JSONValue],
        by actor: String = "person"
    ) -> RecordedEvent {
        RecordedEvent(
            seq: seq, id: "e\(seq)", time: at(seq).rfc3339, kind: kind,
            actor: .init(kind: actor, id: "1", name: text("Ada Lovelace")), via: "web", objects: objects,
            details: details, isErased: false, hash: "")
    }
}
