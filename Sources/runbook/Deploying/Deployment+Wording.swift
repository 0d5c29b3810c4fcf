import API

extension Deployment {
    /// `accunode v1.2.4 to production`.
    var title: String { "\(service) \(version) to \(environment)" }

    /// What it waits for, or how far it has come.
    var place: String {
        if let waits_for { return waits_for }
        if runbook == nil { return external_id.map { "made elsewhere as \($0)" } ?? "made elsewhere" }
        guard let index = stages.firstIndex(where: { $0.state != "succeeded" }), state != "planned" else {
            return Wording.count(stages.count, "stage")
        }
        return "stage \(index + 1) of \(stages.count), \(stages[index].title)"
    }

    /// Nothing more happens by itself.
    var isResting: Bool { !["running", "rolling-back"].contains(state) || waits_for?.hasPrefix("nobody saw") == true }

    func exitStatus(wanting good: String) -> ExitStatus {
        switch state {
        case good: .success
        case "planned", "running", "waiting", "rolling-back": .waits
        default: .failed
        }
    }

    /// The deployment as a sentence, with what to do next where somebody must.
    var conclusion: String {
        let took = Wording.duration(from: started, to: finished).map { " after \($0)" } ?? ""
        switch state {
        case "succeeded": return "\(title) succeeded\(took)"
        case "planned": return "\(title) is planned; begin it: runbook deploy promote \(id)"
        case "waiting": return "\(title) waits, \(waits_for ?? "for somebody"); see: runbook deploy show \(id)"
        case "failed":
            let stage = stages.first { $0.state == "failed" }
            let why = stage.map { " at \($0.title)\($0.reason.map { ", for \($0)" } ?? "")" } ?? ""
            return "\(title) failed\(why); undo it: runbook deploy rollback \(id) --reason …"
        case "rolled-back": return "\(title) is rolled back\(previous_version.map { " to \($0)" } ?? "")\(took)"
        case "rollback-failed":
            return "\(title) could not be rolled back; see: runbook runs show \(rollback_run ?? "ID")"
        default: return "\(title) is \(state)"
        }
    }

    /// After it was set going: its id for scripts, the rest for people.
    func tell() throws {
        try Output.data.line(id)
        try Output.talk.say("runbook: \(conclusion)")
    }

    /// The whole deployment, for people.
    func print(to output: Output) throws {
        try output.say("\(title) \(state)\(waits_for.map { ", \($0)" } ?? "")")
        let from =
            runbook.map { " by \($0), version \(Wording.short(hash: runbook_version ?? ""))" } ?? ", made elsewhere"
        try output.say("deployment \(id)\(from), \(strategy)\(commit.map { ", commit \($0)" } ?? "")")
        let since = started.map { ", started \(Wording.moment($0))" } ?? ""
        let until = finished.map { ", finished \(Wording.moment($0))" } ?? ""
        let took = Wording.duration(from: started, to: finished).map { " (\($0))" } ?? ""
        try output.say("created \(Wording.moment(created)) by \(by.name ?? by.id)\(since)\(until)\(took)")
        if let reason { try output.say("  why: \(reason)") }
        if let previous_version { try output.say("  before it: \(previous_version)") }
        if no_rollback == true { try output.say("  way back: none, it was started without a rollback") }
        if let rollback_reason { try output.say("  rolled back for: \(rollback_reason)") }
        if let rollback_run { try output.say("  rollback: runbook runs show \(rollback_run)") }
        if let follow_up { try output.say("  left to do: runbook checklist show \(follow_up)") }
        for incident in laid_to_it ?? [] { try output.say("  failed by incident: runbook incident show \(incident)") }
        guard !stages.isEmpty else { return }
        var table = Table("", "STAGE", "STATE", "TOOK", "APPROVALS", "RUN", "CHECKLIST", "WHY")
        for stage in stages {
            let approvals = stage.approvals.map { "\($0.given.count)/\($0.minimum)" }.joined(separator: " ")
            table.add(
                StepMark(state: stage.state).rawValue, stage.title, stage.state,
                Wording.duration(from: stage.started, to: stage.finished) ?? "-", approvals.isEmpty ? "-" : approvals,
                stage.run ?? "-", stage.checklist ?? "-", stage.waits_for ?? stage.reason ?? "")
        }
        try output.line()
        try table.print(to: output)
    }
}
