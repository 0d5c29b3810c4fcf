import Deployments
import Essentials
import Executions
import Foundation
import Incidents
import RunbookFormat
import Runbooks

@testable import Server

extension Samples {
    var deploymentPages: [any WebPage] {
        [
            deployments, noDeployments, choosing, deploymentForm(rollback: "accunode.rollback"),
            deploymentForm(rollback: nil), deployment(.waiting), deployment(.rolledBack),
            figures,
            noFigures,
        ]
    }

    var deployments: DeploymentsPage {
        DeploymentsPage(
            rows: [.init(record(.waiting)), .init(record(.rolledBack))],
            filter: DeploymentFilter(service: text("accunode"), environment: text("production")), underWay: 2,
            waiting: 2, mayOperate: true, next: text("01j9zk4m7c0vxw5t3n8q2r6hye"), head: 4211, reader: reader)
    }

    var noDeployments: DeploymentsPage {
        DeploymentsPage(
            rows: [], filter: DeploymentFilter(), underWay: 0, waiting: 0, mayOperate: true, next: nil, head: 4211,
            reader: reader)
    }

    var choosing: DeploymentFormPage {
        DeploymentFormPage(
            choosingFrom: [.init(name: text("accunode.deploy"), title: text("Deploy AccuNode"))], reader: reader)
    }

    func deploymentForm(rollback: String?) -> DeploymentFormPage {
        let source = """
            ---
            title: Deploy
            parameters:
              slot: {type: choice, choices: [blue, green], default: blue, description: Where to}
              token: {type: string, required: true, sensitive: true}
            ---
            """
        guard let guide = try? Guide(parsing: Array(source.utf8), name: "deploy") else {
            preconditionFailure("The sample's guide can't be parsed")
        }
        let entry: Entry = decoded([
            "name": .string(text("accunode.deploy")), "version": .string(text("9f86d081884c7d659a2f")),
            "number": 1, "title": .string(text("Deploy AccuNode")), "steps": 2, "items": 3, "findings": 0,
            "origin": "import",
            "created": 0, "updated": 0,
        ])
        var typed = DeploymentFormPage.Typed()
        typed.fields = ["version": text("v2"), "planned": "1", "no_rollback": "1"]
        typed.stages = [plan.id]
        return DeploymentFormPage(
            of: entry, guide, stages: [plan], rollback: rollback.map(text), typed: typed,
            problem: .invalid(
                text("The deployment can't be taken in."),
                fields: [
                    .init(name: "version", message: text("one line")), .init(name: "slot", message: text("is red.")),
                    .init(name: text("ship"), message: text("it is marked ignore"), line: 12),
                ]),
            idempotencyKey: text("01j9zk4m7c0v"), reader: reader)
    }

    func deployment(_ state: DeploymentState) -> DeploymentPage {
        let record = record(state)
        let chance: ApprovalChance =
            state == .waiting
            ? .may(stage: record.stages[0], record.stages[0].gate.approvals[0])
            : .refused(stage: record.stages[0], .forbidden(text("Ada started this deployment: ask another operator.")))
        return DeploymentPage(
            record, approval: chance, incidents: [incidentRecord(.acknowledged)],
            laid: [incidentRecord(.acknowledged).id], mayOperate: true, head: 4211,
            reader: reader)
    }

    var figures: DeploymentFiguresPage {
        let outcomes: [Figures.Outcome] = [
            .init(finished: at(-86_400), isFailure: true, failed: at(-90_000), restored: at(-86_400)),
            .init(finished: at(-3600), isFailure: false), .init(finished: at(-600), isFailure: true, failed: at(-600)),
        ]
        return DeploymentFiguresPage(
            [
                Figures(
                    service: text("accunode"), environment: text("production"), outcomes: outcomes, days: 30, to: at(0))
            ], service: text("accunode"), environment: nil, days: 30, reader: reader)
    }

    var noFigures: DeploymentFiguresPage {
        DeploymentFiguresPage([], service: nil, environment: nil, days: 90, reader: reader)
    }

    /// What runs in the environments of a service.
    var places: [ServicePage.Place] {
        let good: DeploymentFacts = facts(.succeeded)
        return [
            .init(
                PlacedVersion(
                    service: "orders", environment: text("production"), good: good, latest: facts(.failed, id: "2"))),
            .init(PlacedVersion(service: "orders", environment: text("staging"), good: nil, latest: facts(.failed))),
        ]
    }

    private var plan: StagePlan {
        var rule = ApprovalRule()
        rule.minimum = 2
        rule.isClosedToStarter = true
        return StagePlan(
            section: text("production"), title: text("Production"), steps: [text("switch")], items: [text("told")],
            gates: [.init(id: text("ship"), line: 12, rule: rule, question: text("Ship v2 to production?"))])
    }

    func facts(_ state: DeploymentState, id: String = "01j9zk4m7c0vxw5t3n8q2r6hyd") -> DeploymentFacts {
        var members: [String: JSONValue] = [
            "id": .string(id), "service": .string(text("accunode")),
            "environment": .string(text("production")), "version": .string(text("v2")),
            "commit_id": .string(text("9f86d08")), "strategy": "blue-green",
            "reason": .string(text("the new price list")),
            "state": .string(state.rawValue), "parameters": "{}", "created": time(0), "started": time(1),
            "actor_kind": "person", "actor": "1", "actor_name": .string(text("Mira")), "person": "1",
            "previous_version": .string(text("v1")), "no_rollback": .bool(!state.isUnfinished),
        ]
        if state.isUnfinished {
            members["runbook"] = .string(text("accunode.deploy"))
            members["runbook_version"] = .string(text("9f86d081884c7d659a2feaa0c55ad015"))
        } else {
            members["external_id"] = .string(text("pipeline/7"))
            members["finished"] = time(402)
            members["rollback_run"] = .string(text("01j9zk4m7c0vxw5t3n8q2r6hyf"))
            members["rollback_reason"] = .string(text("errors above 5 %"))
            members["follow_up"] = .string(text("01j9zk4m7c0vxw5t3n8q2r6hyc"))
        }
        return decoded(members)
    }

    private func record(_ state: DeploymentState) -> DeploymentRecord {
        var gate = GateStatus()
        gate.approvals = plan.gates.map {
            .init(gate: $0.id, question: $0.question, rule: $0.rule, given: [text("Ada")], people: [])
        }
        return DeploymentRecord(
            facts: facts(state),
            stages: [
                StageRecord(
                    position: 1, plan: plan, state: .waiting, checklist: text("01j9zk4m7c0vxw5t3n8q2r6hyh"),
                    run: ID(text("01j9zk4m7c0vxw5t3n8q2r6hyg")), runState: .running, reason: nil, started: at(1),
                    finished: at(90), gate: gate, waitsFor: text("blocked by: 1 of 2 approvals"))
            ], waitsFor: state == .waiting ? text("blocked by: 1 of 2 approvals") : nil)
    }

    private func time(_ seconds: Int64) -> JSONValue { .integer(at(seconds).microseconds) }

    /// As the database would give it.
    private func decoded<Value: Decodable>(_ members: [String: JSONValue]) -> Value {
        let json = JSONValue.object(members).text
        guard let value = try? JSONDecoder().decode(Value.self, from: Data(json.utf8)) else {
            preconditionFailure("The sample can't be decoded: \(json)")
        }
        return value
    }
}
