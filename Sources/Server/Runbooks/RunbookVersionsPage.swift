import API
import Essentials

/// The versions of a runbook, the newest first.
struct RunbookVersionsPage: WebPage {
    static let template = "runbooks/versions"

    struct Row: Encodable, Sendable {
        let label: String
        /// To what it has other than the one before it; nil for the first.
        let changesPath: String?
        let hash: String
        let fullHash: String
        let stored: Moment?
        /// `by Ada`, `from the folder Runbooks/`.
        let whence: String
        /// `9 steps, 12 items, 4.1 KB`.
        let contents: String
        let runs: String?
        let versionRunsPath: String
        let versionSourcePath: String

        init(_ version: RunbookVersion, of name: String) {
            label = "Version \(version.number)"
            changesPath = version.number > 1 ? Paths.changes(name, version: version.number) : nil
            hash = String(version.version.prefix(12))
            fullHash = version.version
            stored = Timestamp(rfc3339: version.created).map(Moment.init)
            whence =
                version.origin == "folder" ? "from the folder Runbooks/" : "by \(version.by.name ?? version.by.id)"
            let parts = [
                counted(version.steps, "step"), version.checklist == 0 ? nil : counted(version.checklist, "item"),
                Self.size(version.bytes),
            ]
            contents = parts.compactMap { $0 }.joined(separator: ", ")
            runs = version.runs == 0 ? nil : version.runs == 1000 ? "1000 runs or more" : counted(version.runs, "run")
            versionRunsPath = Paths.query("/runs", [("runbook", name), ("version", version.version)])
            versionSourcePath = Paths.runbookSource(name, version: version.version)
        }

        private static func size(_ bytes: Int) -> String {
            bytes < 1000 ? "\(bytes) B" : "\(bytes / 1000).\(bytes % 1000 / 100) KB"
        }
    }

    let layout: Layout
    let name: String
    let runbookPath: String
    let title: String
    let sentence: String
    let rows: [Row]
    let nextPath: String?

    init(name: String, title: String, versions: [RunbookVersion], next: String?, reader: Reader) {
        layout = Layout("Versions of \(title)", place: .runbooks, reader: reader)
        self.name = name
        runbookPath = Paths.runbook(name)
        self.title = title
        let newest = versions.first?.number ?? 0
        sentence =
            newest == 1
            ? "It is as it was first stored. Another version is made whenever its file changes."
            : "A run keeps the version that it started with. Each leads to what it changed."
        rows = versions.map { Row($0, of: name) }
        nextPath = next.map { Paths.query(Paths.versions(name), [("after", $0)]) }
    }
}
