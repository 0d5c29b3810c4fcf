import Accounts
package import Essentials
package import RunbookFormat
import Storage

/// What a step of a run asks of people.
package struct StepQuestion: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable, Codable {
        /// People with a role must approve.
        case approval
        /// Somebody does it by hand and says so.
        case manual
        /// Somebody says that the step may begin.
        case confirmation
    }

    /// Somebody who has approved.
    package struct Approval: Sendable, Equatable {
        package let person: String
        package let name: String
    }

    package let kind: Kind
    /// As it is put to people; empty where the guide says nothing.
    package let text: String
    package let rule: ApprovalRule
    /// The first one first.
    package let given: [Approval]
    /// The name of whoever started the run.
    package let starter: String
    /// How many people may give it besides those who have; nil where nobody has counted them.
    var others: Int?

    package var isGiven: Bool { given.count >= rule.minimum }

    /// `1 of 2 approvals by an operator other than mira`, and that too few people may give them, where that is so.
    package var sentence: String {
        switch kind {
        case .approval: return counted + shortage
        case .manual: return "a person who does it and says so"
        case .confirmation: return "a person who says that it may begin"
        }
    }

    var counted: String {
        let who = rule.role == .admin ? "an admin" : "an operator"
        let whoElse = rule.isClosedToStarter ? "\(who) other than \(starter)" : who
        let noun = rule.minimum == 1 ? "approval" : "approvals"
        return "\(given.count) of \(rule.minimum) \(noun) by \(whoElse)"
    }

    /// Empty where there are people enough.
    private var shortage: String {
        guard let others, others < rule.minimum - given.count else { return "" }
        return switch others {
        case 0: ", but there is nobody who may: add people"
        case 1: ", but only one more person may: add people"
        default: ", but only \(others) more people may: add some"
        }
    }

    /// What ends the sentence above a script that a person runs in a terminal.
    static let terminalEnd = " in one of your own, then say how it went."

    /// The text, and apart from it the script that a person runs in a terminal; nil where it is for no terminal.
    package var parts: (text: String, script: String?) {
        guard kind == .manual, let end = text.firstRange(of: "\(Self.terminalEnd)\n\n") else { return (text, nil) }
        return (
            String(text[..<end.lowerBound]) + Self.terminalEnd, String(text[end.upperBound...])
        )
    }

    /// Whether to answer it is to let the step begin, and not to end it.
    package var isBeforeStep: Bool { kind == .confirmation }
}

extension StepQuestion {
    /// The same, with those counted who may still give the approval that it asks for.
    /// - Parameter starters: the ids by which whoever started the run may be known.
    func counting(starters: [String?], in reader: Reader) throws -> StepQuestion {
        guard kind == .approval, !isGiven else { return self }
        var people = try Accounts.people(having: rule.permission, in: reader)
        people.subtract(given.map(\.person))
        if rule.isClosedToStarter { people.subtract(starters.compactMap(\.self)) }
        var counted = self
        counted.others = people.count
        return counted
    }

    /// What a step asks before it counts as done, or begins; nil for one that runs unasked.
    /// - Parameter values: what `{{name}}` in its text stands for.
    init?(_ step: Step, filledWith values: [String: String], starter: String) {
        switch step.kind {
        case .approval:
            self.init(.approval, step.script.trimmed.filled(with: values), step.settings.approval?.inRun, starter)
        case .manual: self.init(.manual, step.script.trimmed.filled(with: values), nil, starter)
        case .shell, .program, .unsupported, .wait, .http, .runbook:
            guard let question = step.settings.confirmation else { return nil }
            self.init(.confirmation, question.filled(with: values), nil, starter)
        }
    }

    private init(_ kind: Kind, _ text: String, _ rule: ApprovalRule?, _ starter: String) {
        self.init(kind: kind, text: text, rule: rule ?? ApprovalRule(), given: [], starter: starter)
    }
}

extension RunRecord {
    /// The step that waits for people, of several the first one; nil where none does.
    package var askingStep: StepRecord? { askingSteps.first }

    var askingSteps: [StepRecord] {
        guard state == .waiting || state == .running else { return [] }
        return steps.filter { $0.state == .waiting && $0.question != nil && $0.due == nil && $0.child == nil }
    }

    /// Why somebody may not answer a step; nil where they may.
    package func reasonNotToAnswer(_ step: StepRecord, by principal: Principal) -> Problem? {
        guard let question = step.question else { return .conflict("The step \(step.id) asks nothing.") }
        guard principal.may(.operate) else {
            return .forbidden("\(principal.name) may not answer for runs: it needs the permission \"operate\".")
        }
        guard question.kind == .approval else { return nil }
        if let problem = reasonNotToJudge(step, question, by: principal) { return problem }
        let isStarter =
            principal.person == person || principal.person == actor
            || (principal.kind.rawValue == actorKind && principal.id == actor)
        if question.rule.isClosedToStarter, isStarter {
            return .forbidden(
                """
                \(principal.name) started this run, and \(step.id) wants the approval of somebody else: ask another \
                \(question.rule.role.rawValue).
                """)
        }
        if question.given.contains(where: { $0.person == principal.person }) {
            return .conflict(
                """
                \(principal.name) has approved \(step.id) already, and each person counts once: ask another \
                \(question.rule.role.rawValue).
                """)
        }
        return nil
    }

    /// Why somebody may neither approve nor reject a step.
    func reasonNotToJudge(_ step: StepRecord, _ question: StepQuestion, by principal: Principal) -> Problem? {
        let who = question.rule.role == .admin ? "an admin" : "an operator"
        guard principal.may(question.rule.permission) else {
            return .forbidden("\(principal.name) may not approve \(step.id): it wants the approval of \(who).")
        }
        guard principal.person != nil else {
            return .forbidden("\(step.id) wants the approval of a person: sign in, or use a token of your own.")
        }
        return nil
    }
}
