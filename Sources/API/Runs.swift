/// What `POST /api/v1/runs` takes.
package struct RunRequest: Codable, Sendable {
    package var runbook: String
    /// A section's slug: only its steps and those of its subsections.
    package var section: String?
    /// Only these steps, in the runbook's order.
    package var steps: [String]?
    /// Only steps that have one of these tags; not together with `steps`.
    package var tags: [String]?
    package var parameters: [String: String]?
    /// Values for placeholders, by their text as it stands in the script, such as `<pod-name>`; and
    /// for variables that a step with `promptEnv` exports, by `export NAME`.
    package var placeholders: [String: String]?
    /// `critical`, `high`, `default` or `low`.
    package var priority: String?
    /// Answers what would run, and runs nothing.
    package var dry_run: Bool?
    /// The incident that it is for: the run shows on its timeline.
    package var incident: String?

    package init(
        runbook: String, section: String? = nil, steps: [String]? = nil, tags: [String]? = nil,
        parameters: [String: String]? = nil,
        placeholders: [String: String]? = nil, priority: String? = nil, dry_run: Bool? = nil, incident: String? = nil
    ) {
        self.runbook = runbook
        self.section = section
        self.steps = steps
        self.tags = tags
        self.parameters = parameters
        self.placeholders = placeholders
        self.priority = priority
        self.dry_run = dry_run
        self.incident = incident
    }
}

/// A run with its steps.
package struct Run: Codable, Sendable {
    package let id: String
    package let runbook: String
    package let version: String
    package let section: String?
    package let state: String
    package let priority: String
    /// Why it waits in the queue, as a sentence; absent where it does not.
    package let waits_for: String?
    /// What it is for, as the journal names objects; absent for a run of its own.
    package let occasions: [String]?
    /// The step that started it; absent for what a person, a program or a schedule started.
    package let parent: RunParent?
    /// The run that takes back what it did, or tried to.
    package let rollback: String?
    /// Why it ended as it did, where its steps do not say so.
    package let reason: String?
    /// The values of sensitive parameters are `••••••`.
    package let parameters: [String: String]
    package let created: String
    package let started: String?
    package let finished: String?
    package let by: Actor
    package let steps: [RunStep]

    package init(
        id: String, runbook: String, version: String, section: String?, state: String, priority: String,
        waits_for: String? = nil, occasions: [String]? = nil, parent: RunParent? = nil, rollback: String? = nil,
        reason: String? = nil, parameters: [String: String], created: String,
        started: String?, finished: String?,
        by: Actor, steps: [RunStep]
    ) {
        self.id = id
        self.runbook = runbook
        self.version = version
        self.section = section
        self.state = state
        self.priority = priority
        self.waits_for = waits_for
        self.occasions = occasions
        self.parent = parent
        self.rollback = rollback
        self.reason = reason
        self.parameters = parameters
        self.created = created
        self.started = started
        self.finished = finished
        self.by = by
        self.steps = steps
    }
}

/// A step of a run that has started another run.
package struct RunParent: Codable, Sendable {
    package let run: String
    package let step: String
    /// It takes back what that run did; absent where it does not.
    package let rollback: Bool?

    package init(run: String, step: String, rollback: Bool? = nil) {
        self.run = run
        self.step = step
        self.rollback = rollback
    }
}

package struct RunStep: Codable, Sendable {
    package let id: String
    /// The value that it runs for, where it runs once for each of a list; `RUNBOOK_ITEM` in its environment.
    package let item: String?
    /// The step of the runbook that runs once for each.
    package let repeats: String?
    /// The machine that it runs on, where that is not the server's own.
    package let host: String?
    package let state: String
    package let line: Int
    /// What the step wrote to `$RUNBOOK_OUTPUT`; absent when it wrote nothing.
    package let outputs: [String: String]?
    /// The names of the steps that it comes after; absent for the one before it.
    package let needs: [String]?
    /// What it waits for, as a sentence; absent where it does not wait.
    package let waits_for: String?
    /// When it is tried again, or its wait is over.
    package let due: String?
    /// Until when it waits, or must hold; absent for one that is done when it has run once.
    package let until: String?
    /// The run that it started and waits for, or that was its last.
    package let run: String?
    /// Why it is as it is, where the state alone does not say so: why it was skipped.
    package let reason: String?
    /// What people are asked before the step is done, or begins: `approval`, `manual` or `confirmation`.
    package let asks: String?
    /// The question, as it is put to people.
    package let question: String?
    /// Until when it may be approved.
    package let expires: String?
    package let attempts: [RunAttempt]

    package init(
        id: String, item: String? = nil, repeats: String? = nil, host: String? = nil, state: String, line: Int,
        outputs: [String: String]? = nil, needs: [String]? = nil,
        waits_for: String? = nil, due: String? = nil, until: String? = nil, run: String? = nil, reason: String? = nil,
        asks: String? = nil, question: String? = nil, expires: String? = nil, attempts: [RunAttempt]
    ) {
        self.expires = expires
        self.id = id
        self.item = item
        self.repeats = repeats
        self.host = host
        self.state = state
        self.line = line
        self.outputs = outputs
        self.needs = needs
        self.waits_for = waits_for
        self.due = due
        self.until = until
        self.run = run
        self.reason = reason
        self.asks = asks
        self.question = question
        self.attempts = attempts
    }
}

package struct RunAttempt: Codable, Sendable {
    package let number: Int
    package let state: String
    package let exit_status: Int?
    package let signal: Int?
    /// A sentence, where the state alone does not say why.
    package let reason: String?
    package let started: String?
    package let finished: String?
    package let output_cut: Bool
    package let output_may_end_early: Bool
    /// When its output was removed, for it was too old, or there was too much.
    package let output_expired: String?

    package init(
        number: Int, state: String, exit_status: Int?, signal: Int?, reason: String?, started: String?,
        finished: String?, output_cut: Bool, output_may_end_early: Bool, output_expired: String? = nil
    ) {
        self.output_expired = output_expired
        self.number = number
        self.state = state
        self.exit_status = exit_status
        self.signal = signal
        self.reason = reason
        self.started = started
        self.finished = finished
        self.output_cut = output_cut
        self.output_may_end_early = output_may_end_early
    }
}

/// A run in a list: as `Run`, with its steps counted.
package struct RunSummary: Codable, Sendable {
    package let id: String
    package let runbook: String
    package let version: String
    package let section: String?
    package let state: String
    package let created: String
    package let started: String?
    package let finished: String?
    package let by: Actor
    package let steps_total: Int
    package let steps_done: Int
    /// The step that runs, waits, or stopped the run.
    package let step: String?

    package init(
        id: String, runbook: String, version: String, section: String?, state: String, created: String,
        started: String?, finished: String?, by: Actor, steps_total: Int, steps_done: Int, step: String?
    ) {
        self.id = id
        self.runbook = runbook
        self.version = version
        self.section = section
        self.state = state
        self.created = created
        self.started = started
        self.finished = finished
        self.by = by
        self.steps_total = steps_total
        self.steps_done = steps_done
        self.step = step
    }
}

/// A piece of what a run printed, as it arrived: of one stream, several lines or a part of one.
package struct OutputChunk: Codable, Sendable {
    /// From 1, per run, without gaps.
    package let n: Int
    package let step: String
    package let attempt: Int
    /// `stdout` or `stderr`.
    package let stream: String
    package let time: String
    /// Bytes that are not UTF-8 are shown as U+FFFD.
    package let text: String

    package init(n: Int, step: String, attempt: Int, stream: String, time: String, text: String) {
        self.n = n
        self.step = step
        self.attempt = attempt
        self.stream = stream
        self.time = time
        self.text = text
    }
}

/// What `POST /api/v1/runs/{id}/steps/{step}/approval`, `/rejection` and `/confirmation` take.
package struct AnswerRequest: Codable, Sendable {
    package var note: String?
    /// Of what somebody did by hand: `succeeded` or `failed`; without it, it succeeded.
    package var outcome: String?

    package init(note: String? = nil, outcome: String? = nil) {
        self.note = note
        self.outcome = outcome
    }
}

/// What `POST /api/v1/runs/{id}/steps/{step}/skip` takes.
package struct SkipRequest: Codable, Sendable {
    /// Why, for the record.
    package var note: String

    package init(note: String) { self.note = note }
}

/// What `POST /api/v1/runs/{id}/resumption` takes.
package struct ResumptionRequest: Codable, Sendable {
    /// The step from which it goes on: this one and all that comes after it run again. Without it, from what ended the run.
    package var from: String?
    /// What a person says of a step whose outcome is unknown: `succeeded`, `failed`, or `rerun`.
    /// Where a step failed it may be left out: the step runs again.
    package var outcome: String?
    package var note: String?

    package init(from: String? = nil, outcome: String? = nil, note: String? = nil) {
        self.from = from
        self.outcome = outcome
        self.note = note
    }
}
