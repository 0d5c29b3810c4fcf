import API

extension PayloadTests {
    static let versions: [Sample] = {
        let version = RunbookVersion(
            number: 1, version: hash, created: time, bytes: 1, steps: 1, checklist: 2, runs: 3, origin: "folder",
            by: actor)
        let reference = VersionReference(number: 1, version: hash, created: time)
        let value = { (text: String?) in ChangedValue(name: "timeout", from: text, to: text) }
        let line = { (number: Int?) in ChangedLine(change: "same", from: number, to: number, text: "true") }
        let lines = LineChanges(added: 1, removed: 1, lines: [line(1)], cut: false)
        let step = { (section: String?, script: LineChanges?) in
            StepChange(
                change: "changed", id: "a", section: "b", line: 1, language: "sh", moved: true, was_section: section,
                values: [value("30s")], script: script)
        }
        let item = { (text: String?) in
            ItemChange(
                change: "moved", section: "b", line: 1, text: "c", checked: false, moved: true, was_section: text,
                was_text: text)
        }
        let fault = WatchedFolder.Fault(path: "a.md", runbook: "a", message: "It is empty.", since: time)
        return [
            same("WatchedFolder", WatchedFolder(watching: "events", faults: [fault])),
            same("FolderFault", fault),
            same("RunbookVersion", version),
            same("VersionReference", reference),
            Sample(schema: "ChangedValue", full: value("30s"), bare: value(nil)),
            Sample(schema: "ChangedLine", full: line(1), bare: line(nil)),
            same("LineChanges", lines),
            Sample(schema: "StepChange", full: step("a", lines), bare: step(nil, nil)),
            Sample(schema: "ItemChange", full: item("a"), bare: item(nil)),
            same(
                "RunbookChanges",
                RunbookChanges(
                    runbook: "a", from: reference, to: reference, facts: [value("30s")], steps: [step("a", lines)],
                    checklist: [item("a")], same_steps: 1, same_checklist: 1, left_out: 0, source: lines)),
        ]
    }()
}
