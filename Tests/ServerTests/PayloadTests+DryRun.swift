import API

extension PayloadTests {
    static let dryRuns: [Sample] = {
        let hash = String(repeating: "0", count: 64)
        let run = PlannedRun(runbook: "a", version: hash, section: "b")
        let bare = DryRun.Step(id: "a", line: 1, kind: "shell", interpreter: ["sh", "-e"], script: "true\n")
        return [
            Sample(
                schema: "DryRun",
                full: DryRun(
                    runbook: "a", version: hash, section: "b", priority: "low", parameters: ["c": "d"],
                    environment: ["E": "f"], steps: [bare], rollback: run,
                    missing: [.init(name: "g", message: "is missing", line: 2)]),
                bare: DryRun(runbook: "a", version: hash, priority: "low", parameters: [:], steps: [bare])),
            Sample(schema: "PlannedRun", full: run, bare: PlannedRun(runbook: "a", version: hash)),
            Sample(
                schema: "PlannedStep",
                full: DryRun.Step(
                    id: "a", line: 1, kind: "shell", needs: ["b"], item: "h", host: "k", interpreter: ["sh", "-e"],
                    script: "true\n", environment: ["E": "f"], asks: "confirmation", question: "Go?",
                    waits_for: "a person", condition: "parameters.x", runs: run),
                bare: bare),
        ]
    }()
}
