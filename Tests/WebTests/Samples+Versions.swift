import API
import Essentials

@testable import Server

extension Samples {
    var versionPages: [any WebPage] { [versions, changes, sameStates] }

    private var hash: String { text("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08") }

    var versions: RunbookVersionsPage {
        func version(_ number: Int, runs: Int, origin: String, checklist: Int) -> RunbookVersion {
            RunbookVersion(
                number: number, version: hash, created: at(Int64(number) * 60).rfc3339, bytes: number * 700, steps: 3,
                checklist: checklist, runs: runs, origin: origin,
                by: Actor(kind: "person", id: "1", name: text("Ada Lovelace")))
        }
        return RunbookVersionsPage(
            name: text("accunode.rollback"), title: text("Roll AccuNode back"),
            versions: [
                version(3, runs: 1000, origin: "folder", checklist: 2),
                version(2, runs: 12, origin: "import", checklist: 0),
                version(1, runs: 0, origin: "import", checklist: 1),
            ], next: text("1"), reader: reader)
    }

    var changes: RunbookChangesPage {
        func line(_ change: String, _ from: Int?, _ to: Int?) -> ChangedLine {
            ChangedLine(change: change, from: from, to: to, text: text("kubectl rollout undo"))
        }
        let lines = LineChanges(
            added: 1, removed: 1,
            lines: [line("same", 4, 4), line("removed", 5, nil), line("added", nil, 5), line("same", 9, 9)], cut: true)
        func step(_ change: String, was: String? = nil, script: LineChanges? = nil) -> StepChange {
            StepChange(
                change: change, id: text("switch-back"), section: text("switch"), line: 12, language: text("sh"),
                moved: change == "moved", was_section: was,
                values: [ChangedValue(name: text("timeout"), from: text("30s"), to: nil)], script: script)
        }
        func item(_ change: String, was: String? = nil) -> ItemChange {
            ItemChange(
                change: change, section: text("verify"), line: 20, text: text("The error rate is below 1 %"),
                checked: false, moved: was != nil, was_section: was.map { _ in text("") }, was_text: was)
        }
        return RunbookChangesPage(
            RunbookChanges(
                runbook: text("accunode.rollback"),
                from: VersionReference(number: 2, version: hash, created: at(0).rfc3339),
                to: VersionReference(number: 3, version: hash, created: at(60).rfc3339),
                facts: [ChangedValue(name: text("owner"), from: nil, to: text("platform"))],
                steps: [step("changed", script: lines), step("moved", was: text("prepare"))],
                checklist: [item("changed", was: text("The error rate is low")), item("added")], same_steps: 2,
                same_checklist: 0, left_out: 3, source: lines), older: [2, 1], reader: reader)
    }

    /// Nothing but the prose was changed.
    var sameStates: RunbookChangesPage {
        let reference = VersionReference(number: 2, version: hash, created: at(0).rfc3339)
        return RunbookChangesPage(
            RunbookChanges(
                runbook: text("accunode.rollback"), from: reference, to: reference, facts: [], steps: [], checklist: [],
                same_steps: 1, same_checklist: 1, left_out: 0,
                source: LineChanges(added: 0, removed: 0, lines: [], cut: false)), older: [1], reader: reader)
    }
}
