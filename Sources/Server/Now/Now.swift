import API
import Essentials

/// What is the case at this moment for the one who asks. Each subject adds its own counts and lines; the sentence, the page
/// and the payload follow from them.
struct Now: Sendable {
    struct Line: Sendable {
        /// What it is, as the journal names objects: `run`, `incident`.
        let kind: String
        let id: String
        let path: String
        /// `accunode.deploy#rollback`.
        let title: String
        let state: String
        /// `step 3 of 9 · wait-stable`.
        let details: String
        /// Since when it is so.
        let time: Timestamp
        let by: Actor
        /// Of what failed: a later one that succeeded.
        var successor: Successor?
    }

    struct Successor: Sendable {
        let id: String
        let path: String
    }

    struct Part: Sendable {
        /// How many there are of one kind, and where all of them are.
        struct Share: Sendable {
            let kind: String
            /// Of all; the lines may be fewer.
            let count: Int
            let shown: Int
            let path: String
        }

        private(set) var shares: [Share] = []
        private(set) var lines: [Line] = []

        var count: Int { shares.reduce(0) { $0 + $1.count } }

        /// - Parameters:
        ///   - kind: what is counted, as one says it of one: `run`.
        ///   - path: where all of them are.
        mutating func add(_ kind: String, _ count: Int, _ lines: [Line], path: String) {
            guard count > 0 else { return }
            shares.append(Share(kind: kind, count: count, shown: lines.count, path: path))
            self.lines += lines
        }
    }

    /// As long as nothing has run, what one begins with.
    enum Beginning: Sendable, Equatable {
        /// There is no runbook.
        case importing
        /// This one, say.
        case running(String)
    }

    let time: Timestamp
    /// Nil once something has run.
    let beginning: Beginning?
    /// Open incidents.
    var burning = Part()
    var running = Part()
    var queued = Part()
    /// What goes on only when the one who asks has acted.
    var waitingForYou = Part()
    /// What goes on only when somebody has acted who may.
    var waitingForOthers = Part()
    /// In the last 24 hours.
    var failed = Part()
    /// Everything that failed has succeeded since.
    var isRecovered = true
    /// The last few, the newest first.
    var succeeded: [Line] = []

    init(at time: Timestamp, beginning: Beginning? = nil) {
        self.time = time
        self.beginning = beginning
    }
}

extension Now.Beginning {
    var command: String {
        switch self {
        case .importing: "runbook import FILE.md"
        case .running(let runbook): "runbook exec \(runbook)"
        }
    }
}

extension Situation {
    init(_ now: Now) {
        self.init(
            sentence: now.sentence, time: now.time.rfc3339, burning: SituationPart(now.burning),
            running: SituationPart(now.running),
            queued: SituationPart(now.queued), waiting_for_you: SituationPart(now.waitingForYou),
            waiting_for_others: SituationPart(now.waitingForOthers), failed: SituationPart(now.failed),
            succeeded: now.succeeded.map(SituationLine.init), begin: now.beginning?.command)
    }
}

extension SituationPart {
    init(_ part: Now.Part) { self.init(count: part.count, lines: part.lines.map(SituationLine.init)) }
}

extension SituationLine {
    init(_ line: Now.Line) {
        self.init(
            kind: line.kind, id: line.id, title: line.title, state: line.state, details: line.details,
            time: line.time.rfc3339, by: line.by, successor: line.successor?.id)
    }
}
