import Essentials
import Mustache

extension RunPage {
    /// A step of a run as a handler knows it.
    struct StepRecord: Sendable {
        let id: String
        let state: String
        /// The value that it runs for, where its name does not say it.
        var item: String?
        /// That value is the machine that it runs on.
        var isOnHost = false
        /// Its line in the guide's source.
        let line: Int?
        /// The names of the steps that it comes after; nil for the one before it.
        var comesAfter: [String]?
        /// What it waits for, or why it was skipped.
        var said: String?
        /// Whether it runs after a failure and a cancellation too.
        var isAlways = false
        /// The id of the run that it started.
        var child: String?
        /// What it asks the reader; nil where it asks nothing, or somebody else.
        var asked: Asked?
        let attempts: [AttemptRecord]
    }

    struct AttemptRecord: Encodable, Sendable {
        /// From 1.
        let number: Int
        let state: String
        let exitStatus: Int?
        let started: Timestamp?
        let finished: Timestamp?
        /// In the order of their numbers. May be the tail only: then `earlierLines` counts what is left out.
        let output: [Chunk]
        let earlierLines: Int
        let outputMayEndEarly: Bool
        /// What a person said of it, when a person had to.
        let note: String?
        /// Where the lines of the step are shown page by page.
        let linesPath: String
    }

    struct Step: Encodable, Sendable {
        let anchor: String
        let id: String
        let state: String
        /// `exit status 1 · 2nd attempt · line 24`.
        let facts: String
        let stepTook: String
        /// When what runs began; a script shows how long that is.
        let since: String?
        let isOpen: Bool
        let attempts: [Attempt]
        let isUntouched: Bool
        /// What it waits for, or why it was skipped: a sentence.
        let said: String?
        let isAlways: Bool
        let childPath: String?
        /// Set where a person must say how it ended.
        let question: Question?
        /// Set where it waits for people.
        let answer: Answer?

        static func anchor(_ id: String) -> String { "page-step-\(id)" }
    }

    struct Question: Encodable, Sendable {}

    /// What people are asked by a step that waits for them.
    struct Asked: Sendable {
        enum Kind: Sendable {
            case approval
            case manual
            case confirmation
            /// Nothing: it waits for a time, and a person may end that.
            case wait
        }

        let kind: Kind
        let question: String
        /// What they run in a terminal of their own.
        var script: String?
        /// Why the reader may not answer; nil where they may.
        let refusal: String?
        let path: String
    }

    struct Answer: Encodable, Sendable {
        let asked: String
        let script: String?
        /// Nil for who may not answer.
        let form: AnswerForm?
        let refusal: String?
    }

    struct AnswerForm: Encodable, Sendable {
        let yesPath: String
        let yesLabel: String
        let noPath: String?
        /// Nil for what is never left out.
        let skipPath: String?
        /// Of what somebody does by hand: it may have failed.
        let mayHaveFailed: Bool
        let noteLabel: String
    }

    struct Attempt: Encodable, Sendable {
        /// `1st attempt, failed after 2.0 s`; nil where there is but one.
        let heading: String?
        let isLast: Bool
        let number: String
        let lines: [Line]
        let hasLines: Bool
        /// `1,204 earlier lines`.
        let earlier: String?
        let earlierPath: String
        let mayEndEarly: Bool
        let remark: String?
    }

    /// A line of output: its number links to itself.
    struct Line: Encodable, Sendable {
        let number: String
        let lineID: String
        let target: String
        let text: String
        let isError: Bool
        /// Whether more of this line may come.
        let isUnfinished: Bool
    }
}

extension RunPage.Step {
    init(_ record: RunPage.StepRecord, asksOutcome: Bool, budget: inout RunPage.OutputBudget) {
        let last = record.attempts.last
        let facts: [String?] = [
            record.item.map { "\(record.isOnHost ? "on" : "for") \($0)" },
            last?.exitStatus.flatMap { $0 == 0 ? nil : "exit status \($0)" },
            record.attempts.count > 1 ? "\(ordinal(record.attempts.count)) attempt" : nil,
            record.isAlways ? "always" : nil, record.line.map { "line \($0)" },
        ]
        let attempts = record.attempts.reversed().map { attempt in
            RunPage.Attempt(attempt, of: record, budget: &budget)
        }
        self.init(
            anchor: Self.anchor(record.id), id: record.id, state: record.state,
            facts: facts.compactMap { $0 }.joined(separator: " · "),
            stepTook: last.flatMap { attempt in
                attempt.started.flatMap { start in attempt.finished.map { start.duration(to: $0).inWords } }
            } ?? "",
            since: last.flatMap { $0.finished == nil ? $0.started.map { Moment($0).instant } : nil },
            isOpen: !["queued", "succeeded", "skipped"].contains(record.state), attempts: attempts.reversed(),
            isUntouched: record.attempts.isEmpty && record.said == nil,
            said: record.said?.capitalisedSentence, isAlways: record.isAlways,
            childPath: record.child.map { Paths.run($0) },
            question: asksOutcome ? RunPage.Question() : nil,
            answer: record.asked.map { RunPage.Answer($0) })
    }

    /// The same step, unfolded if it has something to show.
    func opened() -> Self {
        Self(
            anchor: anchor, id: id, state: state, facts: facts, stepTook: stepTook, since: since,
            isOpen: isOpen || attempts.contains { $0.hasLines }, attempts: attempts, isUntouched: isUntouched,
            said: said, isAlways: isAlways, childPath: childPath,
            question: question, answer: answer)
    }
}

extension RunPage.Answer {
    fileprivate init(_ record: RunPage.Asked) {
        let (usual, yes, note): (String, String, String) =
            switch record.kind {
            case .approval: ("Go on?", "Approve", "Why, for the record")
            case .manual: ("Do it by hand, then say so.", "It is done", "What you did, for the record")
            case .confirmation: ("Run this step?", "Run it", "Why, for the record")
            case .wait: ("It goes on by itself then.", "Go on now", "Why not wait, for the record")
            }
        let isApproval = record.kind == .approval
        self.init(
            asked: record.question.isEmpty ? usual : record.question, script: record.script,
            form: record.refusal == nil
                ? RunPage.AnswerForm(
                    yesPath: "\(record.path)/\(isApproval ? "approval" : "confirmation")", yesLabel: yes,
                    noPath: isApproval ? "\(record.path)/rejection" : nil,
                    skipPath: isApproval ? nil : "\(record.path)/skip",
                    mayHaveFailed: record.kind == .manual, noteLabel: note) : nil,
            refusal: record.refusal)
    }
}

extension RunPage.Attempt {
    fileprivate init(
        _ record: RunPage.AttemptRecord, of step: RunPage.StepRecord, budget: inout RunPage.OutputBudget
    ) {
        let isLast = record.number == step.attempts.last?.number
        // Lines of earlier attempts have the attempt in their name, so that `#step-12` always means the latest.
        let prefix = isLast ? step.id : "\(step.id).\(record.number)"
        var output = RunPage.OutputLines(firstNumber: record.earlierLines + 1)
        for chunk in record.output { output.append(chunk) }
        let shown = budget.latest(of: output.lines, step: step.id)
        let earlier = record.earlierLines + output.lines.count - shown.count
        let took = record.started.flatMap { start in record.finished.map { " after \(start.duration(to: $0).inWords)" }
        }
        self.init(
            heading: step.attempts.count > 1
                ? "\(ordinal(record.number)) attempt, \(record.state)\(took ?? "")" : nil,
            isLast: isLast, number: String(record.number), lines: shown.map { RunPage.Line($0, prefix: prefix) },
            hasLines: !shown.isEmpty, earlier: earlier == 0 ? nil : counted(earlier, "earlier line"),
            earlierPath:
                "\(record.linesPath)\(isLast ? "?" : "?attempt=\(record.number)&")from=\(max(1, earlier - OutputPage.most + 1))",
            mayEndEarly: record.outputMayEndEarly, remark: record.note)
    }
}

extension RunPage.Line {
    init(_ line: RunPage.OutputLines.Line, prefix: String) {
        let id = "\(prefix)-\(line.number)"
        self.init(
            number: String(line.number), lineID: id, target: Paths.fragment(id), text: line.displayed,
            isError: line.isError, isUnfinished: !line.isEnded)
    }
}

/// `1st`, `2nd`, `3rd`, `4th`, … `11th`.
private func ordinal(_ number: Int) -> String {
    let suffix =
        switch (number % 10, number % 100) {
        case (_, 11...13): "th"
        case (1, _): "st"
        case (2, _): "nd"
        case (3, _): "rd"
        default: "th"
        }
    return "\(number)\(suffix)"
}

/// A page may hold hundreds of lines: reflection would take most of its time.
extension RunPage.Line: MustacheParent {
    func child(named name: String) -> Any? {
        switch name {
        case "number": number
        case "lineID": lineID
        case "target": target
        case "text": text
        case "isError": isError
        case "isUnfinished": isUnfinished
        default: nil
        }
    }
}
