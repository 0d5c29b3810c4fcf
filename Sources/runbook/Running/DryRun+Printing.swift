import API

extension DryRun {
    /// What would run, as a script with remarks: values first, then each step with what holds for it.
    func print(to output: Output) throws {
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) { try output.say("# with \(name)=\(value)") }
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) where parameters[name] == nil {
            try output.say("# with \(name)=\(value)")
        }
        if let rollback { try output.say("# a failure that rolls back runs \(rollback.words)") }
        for step in steps {
            let after = step.needs.map { $0.isEmpty ? ", at once" : ", after \($0.joined(separator: ", "))" } ?? ""
            let program = step.interpreter.isEmpty ? step.kind : step.interpreter.joined(separator: " ")
            let place = step.host.map { " on \($0)" } ?? ""
            try output.say("# \(step.id), line \(step.line)\(after): \(program)\(place)")
            for remark in step.remarks { try output.say("#   \(remark)") }
            try output.line(step.script.hasSuffix("\n") ? String(step.script.dropLast()) : step.script)
        }
    }

    func tellWhatIsMissing(to output: Output) throws {
        for gap in missing {
            let line = gap.line.map { ", line \($0)" } ?? ""
            try output.say("runbook: missing: \(gap.name)\(line): \(gap.message)")
        }
        let what = "\(Wording.count(steps.count, "step")) of \(runbook) \(Wording.short(hash: version))"
        try output.say(
            missing.isEmpty
                ? "runbook: \(what) would run; nothing ran"
                : "runbook: \(what) could not run, \(Wording.count(missing.count, "thing")) missing; nothing ran")
    }
}

extension DryRun.Step {
    fileprivate var remarks: [String] {
        let values = (environment ?? [:]).sorted { $0.key < $1.key }.map { "with \($0.key)=\($0.value)" }
        return [
            condition.map { "only if \($0)" }, waits_for.map { "waits for \($0)" }, runs.map { "runs \($0.words)" },
        ].compactMap(\.self) + values
    }
}

extension PlannedRun {
    fileprivate var words: String { "\(runbook)\(section.map { "#\($0)" } ?? "") \(Wording.short(hash: version))" }
}
