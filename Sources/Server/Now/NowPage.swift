import API
import Essentials

/// The first page: what waits for the reader, what runs, what failed lately, what went well.
struct NowPage: WebPage {
    static let template = "now/now"

    struct Column: Encodable, Sendable {
        let sections: [Section]
    }

    struct Section: Encodable, Sendable {
        let anchor: String
        let heading: String
        let count: String
        let lines: [Line]
        /// Said where there is no line.
        let silence: String?
        let more: [More]

        /// - Parameter shares: what is counted, by its kind; empty where only the last few are of interest.
        init(_ heading: String, anchor: String, _ lines: [Line], of shares: [Now.Part.Share], silence: String) {
            let count = shares.reduce(0) { $0 + $1.count }
            self.anchor = anchor
            self.heading = heading
            self.count = count == 0 ? "" : String(count)
            self.lines = lines
            self.silence = lines.isEmpty ? silence : nil
            more = shares.filter { $0.count > $0.shown }.map { share in
                More(key: share.kind, morePath: share.path, label: "All \(share.count) \(share.kind)s")
            }
        }
    }

    struct Line: Encodable, Sendable {
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

    struct Since: Encodable, Sendable {
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

    struct More: Encodable, Sendable {
        let key: String
        let morePath: String
        let label: String
    }

    /// How one begins where nothing has run yet.
    struct Teaching: Encodable, Sendable {
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
            "Lately", anchor: "lately", now.succeeded.map { Line($0) }, of: [], silence: "Nothing has succeeded yet.")
    }

    private static func sections(_ now: Now, mayOperate: Bool) -> [Section] {
        var sections = [
            Section(
                "What burns", anchor: "burning", now.burning.lines.map { Line($0, goingOnAt: now.time) },
                of: now.burning.shares, silence: "Nothing burns.")
        ]
        if mayOperate {
            sections.append(
                Section(
                    "Waiting for you", anchor: "waiting", now.waitingForYou.lines.map { Line($0) },
                    of: now.waitingForYou.shares, silence: "Nothing waits for you."))
        }
        // To a reader who may do nothing about it, that it waits is news like any other.
        if !mayOperate || now.waitingForOthers.count > 0 {
            sections.append(
                Section(
                    "Waiting for somebody", anchor: "others", now.waitingForOthers.lines.map { Line($0) },
                    of: now.waitingForOthers.shares, silence: "Nothing waits for anybody."))
        }
        sections.append(
            Section(
                "Running", anchor: "running",
                (now.running.lines + now.queued.lines).map { Line($0, goingOnAt: now.time) },
                of: now.running.shares + now.queued.shares, silence: "Nothing is running."))
        sections.append(
            Section(
                "Failed in the last 24 hours", anchor: "failed", now.failed.lines.map { Line($0) },
                of: now.failed.shares, silence: "Nothing has failed."))
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
