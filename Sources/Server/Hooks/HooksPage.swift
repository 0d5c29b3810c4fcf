import Essentials
import Hooks

/// What programs elsewhere may start, by name.
struct HooksPage: WebPage {
    static let template = "hooks/hooks"

    struct Row: Encodable, Sendable {
        let path: String
        let name: String
        let target: String
        let state: String
        let stateWord: String
        let given: String
        let origin: String

        init(_ hook: HookRecord) {
            path = Paths.hook(hook.name)
            name = hook.name
            target = hook.target
            state = hook.isPaused ? "waiting" : "queued"
            stateWord = hook.isPaused ? "paused" : "ready"
            let names = (Array(hook.parameters.keys) + Array(hook.pointers.keys)).sorted()
            given = names.isEmpty ? "nothing" : names.joined(separator: ", ")
            origin = hook.actorName
        }
    }

    let layout: Layout
    let sentence: String
    /// Only those of a runbook.
    let only: String?
    let newPath: String?
    let rows: [Row]
    let nextPath: String?

    init(_ hooks: [HookRecord], runbook: String?, isFirst: Bool, next: String?, mayAdd: Bool, reader: Reader) {
        layout = Layout("Hooks", place: .schedules, reader: reader)
        sentence =
            hooks.isEmpty
            ? (isFirst ? "No other program may start anything yet." : "There are no more hooks.")
            : "What other programs may start with a signed message."
        only = runbook
        newPath = mayAdd ? Paths.query("/hooks/new", [("runbook", runbook)]) : nil
        rows = hooks.map(Row.init)
        nextPath = next.map { Paths.query("/hooks", [("runbook", runbook), ("after", $0)]) }
    }
}

extension HookRecord {
    /// Such as `accunode.deploy#verify`.
    var target: String { section.map { "\(runbook)#\($0)" } ?? runbook }
}
