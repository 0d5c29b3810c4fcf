import API
import Essentials

/// The first page: what waits for the reader, what runs, what failed lately, what went well.
struct NowPage: WebPage {
    static let template = "now/now"

    struct Column: Sendable {
        let sections: [Section]
    }

    struct Section: Sendable {
        let anchor: String
        let heading: String
        let count: String
        let lines: [Line]
        /// Said where there is no line.
        let silence: String?
        let more: More?

        /// - Parameter path: where all of them are.
        /// - Parameter count: of all; nil where only the last few are of interest.
        init(_ heading: String, anchor: String, _ lines: [Line], count: Int?, silence: String, path: String) {
            self.anchor = anchor
            self.heading = heading
            self.count = count.map { $0 == 0 ? "" : String($0) } ?? ""
            self.lines = lines
            self.silence = lines.isEmpty ? silence : nil
            more = (count ?? 0) > lines.count ? More(morePath: path, label: "All \(count ?? 0)") : nil
        }
    }

    struct Line: Sendable {
        /// Tells it from the others of its section.
        let key: String
        let path: String
        let title: String
        let state: String
        let details: String
        let by: String
        /// Of what goes on: since when.
        let since: Since?
        /// Of what stands still: when it came to that.
        let at: Moment?
        let successorPath: String?

        init(_ line: Now.Line, goingOnAt now: Timestamp? = nil) {
            key = "\(line.kind)/\(line.id)"
            path = line.path
            title = line.title
            state = line.state
            details = line.details
            by = line.by.name ?? "somebody (erased)"
            since = now.map { Since(line.time, until: $0) }
            at = now == nil ? Moment(line.time) : nil
            successorPath = line.successor?.path
        }
    }

    struct Since: Sendable {
        let instant: String
        let words: String
        let elapsed: String

        init(_ start: Timestamp, until now: Timestamp) {
            let moment = Moment(start)
            instant = moment.instant
            words = moment.words
            elapsed = start.duration(to: now).inWords
        }
    }

    struct More: Sendable {
        let morePath: String
        let label: String
    }

    /// How one begins where nothing has run yet.
    struct Teaching: Sendable {
        /// Tells one teaching from another, for the script.
        let anchor: String
        let heading: String
        let words: String
        let command: String?
        let note: String?
        let linkPath: String?
    }

    let layout: Layout
    let sentence: String
    /// Where live news comes from.
    let newsPath: String
    /// Where one starts a run; nil for who may not.
    let actPath: String?
    let teaching: Teaching?
    /// What one must know, and beside it what went well.
    let columns: [Column]

    /// - Parameters:
    ///   - mayOperate, mayImport: what the reader may do.
    ///   - head: the number of the journal's last event that the page has taken in.
    init(_ now: Now, mayOperate: Bool, mayImport: Bool, head: Int64, reader: Reader) {
        layout = Layout("Now", place: .now, reader: reader, scripts: ["live.js"])
        sentence = now.sentence
        newsPath = Paths.news(after: head)
        teaching = now.beginning.map { Self.teaching($0, mayOperate: mayOperate, mayImport: mayImport) }
        actPath = mayOperate && now.beginning != .importing ? "/runbooks" : nil
        columns =
            teaching == nil
            ? [Column(sections: Self.sections(now, mayOperate: mayOperate)), Column(sections: [Self.lately(now)])] : []
    }

    private static func lately(_ now: Now) -> Section {
        Section(
            "Lately", anchor: "lately", now.succeeded.map { Line($0) }, count: nil,
            silence: "Nothing has succeeded yet.", path: Paths.runs(state: "succeeded"))
    }

    private static func sections(_ now: Now, mayOperate: Bool) -> [Section] {
        var sections: [Section] = []
        if mayOperate {
            sections.append(
                Section(
                    "Waiting for you", anchor: "waiting", now.waitingForYou.lines.map { Line($0) },
                    count: now.waitingForYou.count, silence: "Nothing waits for you.",
                    path: Paths.runs(state: "interrupted")))
        }
        // To a reader who may do nothing about it, that it waits is news like any other.
        if !mayOperate || now.waitingForOthers.count > 0 {
            sections.append(
                Section(
                    "Waiting for somebody", anchor: "others", now.waitingForOthers.lines.map { Line($0) },
                    count: now.waitingForOthers.count, silence: "Nothing waits for anybody.",
                    path: Paths.runs(state: "interrupted")))
        }
        sections.append(
            Section(
                "Running", anchor: "running",
                (now.running.lines + now.queued.lines).map { Line($0, goingOnAt: now.time) },
                count: now.running.count + now.queued.count, silence: "Nothing is running.", path: Paths.runs()))
        sections.append(
            Section(
                "Failed in the last 24 hours", anchor: "failed", now.failed.lines.map { Line($0) },
                count: now.failed.count, silence: "Nothing has failed.", path: Paths.runs(state: "failed")))
        return sections
    }

    private static func teaching(_ beginning: Now.Beginning, mayOperate: Bool, mayImport: Bool) -> Teaching {
        switch beginning {
        case .importing where mayImport:
            Teaching(
                anchor: "import", heading: "The guides that you have already are runbooks",
                words: """
                    Any Markdown guide imports as it is. Its shell blocks become steps that run here, its check boxes become \
                    a checklist. Importing runs nothing.
                    """,
                command: beginning.command,
                note: "Guides in the server's own folder Runbooks/ are taken in at its start.", linkPath: nil)
        case .importing:
            Teaching(
                anchor: "import", heading: "No guide has been imported yet",
                words:
                    "As soon as somebody who may import has done so, it can be read here, and what runs is seen here.",
                command: nil, note: nil, linkPath: nil)
        case .running where mayOperate:
            Teaching(
                anchor: "first-run", heading: "What runs is seen here",
                words: "Open a runbook and press Run, or start one from a terminal. What it does shows here at once.",
                command: beginning.command, note: nil, linkPath: "/runbooks")
        case .running:
            Teaching(
                anchor: "first-run", heading: "What runs is seen here",
                words: "As soon as somebody starts a runbook, it shows here.",
                command: nil, note: nil, linkPath: "/runbooks")
        }
    }
}
