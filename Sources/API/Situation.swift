/// What is the case now; what `GET /api/v1/status` answers.
package struct Situation: Codable, Sendable {
    /// All of it in one sentence, for people.
    package let sentence: String
    package let time: String
    /// Open incidents, the worst first.
    package let burning: SituationPart
    package let running: SituationPart
    package let queued: SituationPart
    /// What goes on only when the one who asks has acted.
    package let waiting_for_you: SituationPart
    /// What goes on only when somebody has acted who may.
    package let waiting_for_others: SituationPart
    /// In the last 24 hours: the count is of all, the lines are the newest of each kind, those first that nothing has made
    /// good since.
    package let failed: SituationPart
    /// The last that succeeded, the newest first.
    package let succeeded: [SituationLine]
    /// The command to begin with, as long as nothing has run.
    package let begin: String?

    package init(
        sentence: String, time: String, burning: SituationPart, running: SituationPart, queued: SituationPart,
        waiting_for_you: SituationPart,
        waiting_for_others: SituationPart, failed: SituationPart, succeeded: [SituationLine], begin: String?
    ) {
        self.sentence = sentence
        self.time = time
        self.burning = burning
        self.running = running
        self.queued = queued
        self.waiting_for_you = waiting_for_you
        self.waiting_for_others = waiting_for_others
        self.failed = failed
        self.succeeded = succeeded
        self.begin = begin
    }
}

/// One kind of news.
package struct SituationPart: Codable, Sendable {
    /// Of all; the lines may be fewer.
    package let count: Int
    package let lines: [SituationLine]

    package init(count: Int, lines: [SituationLine]) {
        self.count = count
        self.lines = lines
    }
}

/// Something that runs, waits, failed or succeeded.
package struct SituationLine: Codable, Sendable {
    /// What it is, as the journal names objects: `run`, `incident`.
    package let kind: String
    package let id: String
    /// What people call it, such as `accunode.deploy#rollback`.
    package let title: String
    package let state: String
    /// Where it stands or why it ended, for people.
    package let details: String
    /// Since when it is so.
    package let time: String
    package let by: Actor
    /// Of what failed: the id of a later one that succeeded.
    package let successor: String?

    package init(
        kind: String, id: String, title: String, state: String, details: String, time: String, by: Actor,
        successor: String?
    ) {
        self.kind = kind
        self.id = id
        self.title = title
        self.state = state
        self.details = details
        self.time = time
        self.by = by
        self.successor = successor
    }
}
