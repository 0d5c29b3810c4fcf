import Essentials

/// A guide as its author wrote it, with what can be run made runnable.
struct RunbookPage: WebPage {
    static let template = "runbooks/runbook"

    /// A piece of the guide. The pieces joined are one well-formed fragment.
    struct Part: Encodable, Sendable {
        let prose: SafeHTML?
        let step: Step?

        static func prose(_ html: SafeHTML) -> Part { Part(prose: html, step: nil) }
        static func step(_ step: Step) -> Part { Part(prose: nil, step: step) }
    }

    struct Step: Encodable, Sendable {
        let anchor: String
        let id: String
        /// `bash · timeout 30 s`.
        let facts: String
        /// The `<pre>` of the fence.
        let script: SafeHTML
        let stepRunPath: String?
        /// Why it never runs; nil when it does.
        let refusal: String?
        let remarks: [Finding]

        /// - Parameters:
        ///   - script: the `<pre>` of the fence, rendered by the format.
        ///   - findings: those on the lines of the fence.
        ///   - mayRun: whether the reader may run it.
        init(
            id: String, runbook: String, language: String, timeout: Duration?, script: SafeHTML, refusal: String?,
            findings: [Finding], mayRun: Bool
        ) {
            anchor = "page-step-\(id)"
            self.id = id
            let limit = timeout.map { "timeout \($0.inWords)" }
            facts = [language, limit].compactMap { $0 }.joined(separator: " · ")
            self.script = script
            stepRunPath = mayRun && refusal == nil ? Paths.runForm(runbook, step: id) : nil
            self.refusal = refusal
            remarks = findings
        }
    }

    /// What lint found: `error`, `warning` or `info`.
    struct Finding: Encodable, Sendable {
        let severity: String
        let line: String
        let number: Int
        let message: String
        /// Leads to the step or the section that it stands in.
        let target: String?

        /// - Parameter anchor: of what it stands in.
        init(severity: String, line: Int, message: String, anchor: String? = nil) {
            self.severity = severity
            self.line = "line \(line)"
            number = line
            self.message = message
            target = anchor.map(Paths.fragment)
        }

        static func anchor(ofLine line: Int) -> String { "page-line-\(line)" }
    }

    struct Section: Encodable, Sendable {
        let heading: String
        let target: String
        let isNested: Bool
        let sectionRunPath: String?

        /// - Parameters:
        ///   - depth: 1 for the outermost level of this guide.
        ///   - isRunnable: whether it holds a step that runs, and the reader may run it.
        init(runbook: String, slug: String, title: String, depth: Int, isRunnable: Bool) {
            heading = title
            target = Paths.fragment(slug)
            isNested = depth > 1
            sectionRunPath = isRunnable ? Paths.runForm(runbook, section: slug) : nil
        }
    }

    struct PastRun: Encodable, Sendable {
        let pastPath: String
        let state: String
        let started: Moment
        let by: String

        init(id: String, state: String, started: Timestamp, by: String) {
            pastPath = Paths.run(id)
            self.state = state
            self.started = Moment(started)
            self.by = by
        }
    }

    /// The guide's own facts.
    struct Facts: Encodable, Sendable {
        let name: String
        let title: String
        let service: String?
        let owner: String?
        let steps: Int
        let items: Int
        /// The content hash, whole.
        let version: String
        let updated: Timestamp
        /// When its file left the watched folder.
        var gone: Timestamp?
        /// What keeps the file that stands there from being the current version.
        var faults: [RunbooksPage.Fault] = []
        /// Whether lines of it show by a sign what is done: without boxes, a checklist starts from those.
        var hasMarks = false
    }

    let layout: Layout
    let name: String
    let title: String
    let sentence: String
    let service: String?
    let owner: String?
    let version: String
    let fullVersion: String
    let updated: Moment
    let gone: Moment?
    let faults: [RunbooksPage.Fault]
    let runPath: String?
    let checklistPath: String?
    let sourcePath: String
    let versionsPath: String
    let schedulesPath: String
    let hooksPath: String
    let body: SafeHTML
    /// Whether the guide begins with its own title, which the page's head has shown already.
    let repeatsTitle: Bool
    let contents: SafeHTML
    let remarks: SafeHTML
    let findingsCount: String
    let pastRuns: [PastRun]
    let pastRunsPath: String

    /// - Parameter mayRun: whether the reader may run it, so that a button that would be refused is not shown.
    init(
        _ facts: Facts, parts: [Part], sections: [Section], findings: [Finding], pastRuns: [PastRun], mayRun: Bool,
        reader: Reader
    ) {
        layout = Layout(facts.title, place: .runbooks, reader: reader)
        name = facts.name
        title = facts.title
        sentence = Self.sentence(facts, findings: findings)
        service = facts.service
        owner = facts.owner
        version = String(facts.version.prefix(12))
        fullVersion = facts.version
        updated = Moment(facts.updated)
        gone = facts.gone.map(Moment.init)
        faults = facts.faults
        runPath = mayRun && facts.steps > 0 ? Paths.runForm(facts.name) : nil
        checklistPath = mayRun && (facts.items > 0 || facts.hasMarks) ? Paths.checklistForm(facts.name) : nil
        sourcePath = Paths.runbookSource(facts.name)
        versionsPath = Paths.versions(facts.name)
        schedulesPath = Paths.query("/schedules", [("runbook", facts.name)])
        hooksPath = Paths.query("/hooks", [("runbook", facts.name)])
        body = Self.body(parts)
        repeatsTitle = sections.first?.heading == facts.title
        contents = Self.contents(sections)
        remarks = Self.remarks(findings)
        findingsCount = String(findings.count)
        self.pastRuns = pastRuns
        pastRunsPath = Paths.query("/runs", [("runbook", facts.name)])
    }

    private static func sentence(_ facts: Facts, findings: [Finding]) -> String {
        let contents =
            switch (facts.steps, facts.items) {
            case (0, 0): "This guide is to be read: it holds nothing that runs and nothing to tick."
            case (0, _): "This guide has \(counted(facts.items, "item")) to tick and nothing that runs."
            case (_, 0): "This guide has \(counted(facts.steps, "step")) to run."
            default:
                "This guide has \(counted(facts.steps, "step")) to run and \(counted(facts.items, "item")) to tick."
            }
        let errors = findings.count { $0.severity == "error" }
        guard errors == 0 else {
            return "\(contents) \(counted(errors, "error").capitalisedSentence) must be mended first."
        }
        return contents
    }
}
