import API
import Deployments
import Essentials

extension Now {
    mutating func add(_ deployments: DeploymentsNow, for principal: Principal) {
        var (going, yours, others): ([Line], [Line], [Line]) = ([], [], [])
        for record in deployments.underWay {
            switch record.state {
            case .planned where principal.may(.operate): yours.append(Line(record))
            case .planned: others.append(Line(record))
            case .waiting:
                if case .may(_, let approvals) = record.approval(by: principal) {
                    yours.append(Line(record, asking: approvals.question))
                } else {
                    others.append(Line(record))
                }
            default: going.append(Line(record))
            }
        }
        running.add("deployment", going.count, going, path: Paths.deployments(state: "running"))
        waitingForYou.add("deployment", yours.count, yours, path: Paths.deployments(state: "waiting"))
        waitingForOthers.add("deployment", others.count, others, path: Paths.deployments(state: "waiting"))
        failed.add(
            "deployment", deployments.failed,
            deployments.failures.map { failure in
                var line = Line(failure.record)
                line.successor = failure.successor.map {
                    .init(id: $0.rawValue, path: Paths.deployment($0.rawValue))
                }
                return line
            }, path: Paths.deployments(state: "failed"))
        isRecovered = isRecovered && deployments.failures.allSatisfy { $0.successor != nil }
    }
}

extension Now.Line {
    /// - Parameter question: what the reader is asked to approve.
    fileprivate init(_ record: DeploymentRecord, asking question: String? = nil) {
        let facts = record.facts
        let asked = question.flatMap { $0.isEmpty ? nil : "\($0) · " } ?? ""
        self.init(
            kind: "deployment", id: facts.id.rawValue, path: Paths.deployment(facts.id.rawValue), title: facts.title,
            state: facts.state.rawValue, details: asked + (record.waitsFor ?? record.place),
            time: facts.finished ?? facts.started ?? facts.created,
            by: Actor(kind: facts.actor_kind, id: facts.actor, name: facts.actor_name))
    }
}
