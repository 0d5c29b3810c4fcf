package import Essentials
package import RunbookFormat

/// What a stage's gate still waits for, and the sentence that says so.
package struct GateStatus: Sendable, Equatable {
    /// One approval fence, and who has approved so far.
    package struct Approvals: Sendable, Equatable {
        package let gate: String
        package let question: String
        package let rule: ApprovalRule
        /// The names of the people who approved, the first one first.
        package let given: [String]
        /// Their ids.
        package let people: Set<String>

        package init(gate: String, question: String, rule: ApprovalRule, given: [String], people: Set<String>) {
            self.gate = gate
            self.question = question
            self.rule = rule
            self.given = given
            self.people = people
        }

        package var isGiven: Bool { given.count >= rule.minimum }
    }

    /// How many required items of the stage's checklist are open; 0 without a checklist.
    package var openItems = 0
    /// Whether the checklist is not completed.
    package var isUnfinished = false
    /// Whether somebody has abandoned it: then nothing goes on until it is reopened.
    package var isAbandoned = false
    package var title = ""
    package var approvals: [Approvals] = []
    /// Who started the deployment.
    package var starter = ""

    package init() {}

    package var isOpen: Bool { openItems == 0 && !isUnfinished && approvals.allSatisfy(\.isGiven) }

    /// `blocked by: 2 items of “Before” are open; 1 of 2 approvals by an operator other than mira`; nil when it is open.
    package var sentence: String? {
        var parts: [String] = []
        switch openItems {
        case _ where isAbandoned: parts.append("the checklist of “\(title)” is abandoned, and is to be reopened")
        case 0: if isUnfinished { parts.append("the checklist of “\(title)” is to be completed") }
        case 1: parts.append("1 item of “\(title)” is open")
        default: parts.append("\(openItems) items of “\(title)” are open")
        }
        for approvals in approvals where !approvals.isGiven {
            let who = approvals.rule.role == .admin ? "an admin" : "an operator"
            let whoElse = approvals.rule.isClosedToStarter ? "\(who) other than \(starter)" : who
            let count = "\(approvals.given.count) of \(approvals.rule.minimum)"
            parts.append("\(count) \(approvals.rule.minimum == 1 ? "approval" : "approvals") by \(whoElse)")
        }
        return parts.isEmpty ? nil : "blocked by: \(parts.joined(separator: "; "))"
    }
}

/// Whether somebody may give the approval that a deployment waits for.
package enum ApprovalChance: Sendable {
    /// No approval is waited for.
    case none
    case may(stage: StageRecord, GateStatus.Approvals)
    /// Not by this one.
    case refused(stage: StageRecord, Problem)
}

extension DeploymentRecord {
    /// The first approval that the waiting stage lacks and that the principal may give.
    package func approval(by principal: Principal) -> ApprovalChance {
        guard state == .waiting || state == .running, let stage = stages.first(where: { $0.state == .waiting }) else {
            return .none
        }
        var refusal: Problem?
        for approvals in stage.gate.approvals where !approvals.isGiven {
            guard let problem = whyRefused(principal, approvals, stage.plan.title) else {
                return .may(stage: stage, approvals)
            }
            refusal = refusal ?? problem
        }
        return refusal.map { .refused(stage: stage, $0) } ?? .none
    }

    private func whyRefused(
        _ principal: Principal, _ approvals: GateStatus.Approvals, _ stage: String
    ) -> Problem? {
        let rule = approvals.rule
        let who = rule.role == .admin ? "an admin" : "an operator"
        guard principal.may(rule.permission) else {
            return .forbidden("\(principal.name) may not approve “\(stage)”: it wants the approval of \(who).")
        }
        guard let person = principal.person else {
            return .forbidden("“\(stage)” wants the approval of a person: sign in, or use a token of your own.")
        }
        let isStarter =
            person == facts.person || (principal.kind.rawValue == facts.actor_kind && principal.id == facts.actor)
        if rule.isClosedToStarter, isStarter {
            return .forbidden(
                """
                \(principal.name) started this deployment, and “\(stage)” wants the approval of somebody else: ask \
                another \(rule.role.rawValue).
                """)
        }
        if approvals.people.contains(person) {
            return .conflict(
                """
                \(principal.name) has approved “\(stage)” already, and each person counts once: ask another \
                \(rule.role.rawValue).
                """)
        }
        return nil
    }
}
