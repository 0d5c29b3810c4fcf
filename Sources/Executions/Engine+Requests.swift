import Essentials
import Foundation
import Outbound
import Processes
import RunbookFormat
import Storage

/// How an attempt ended that no process made.
struct RequestEnd: Sendable {
    let state: AttemptState
    let reason: String?
    let started: Timestamp
    let finished: Timestamp
    var outputs: [String: String] = [:]
}

/// The requests of `http` steps. The server makes them itself: no process, and nothing that outlives it.
extension Engine {
    /// What the beginning of an answer's body that is kept may have.
    private static let shownBytes = 1024

    private enum Happening: Sendable {
        case outcome(Requester.Outcome)
        case stopped
    }

    /// Makes the request of a step and judges what is answered.
    func ask(_ start: StepStart, of work: RunWork, announcing advance: Advance?) async throws -> FinishedAttempt {
        StopPoints.reached("after-commit", folder: database.folder)
        if let advance { await tell(advance, of: work.id) }
        let began = executions.time.now()
        let filled: RequestTemplate.Filled
        do {
            filled = try await fill(start.step, of: work)
        } catch let problem as Problem {
            return FinishedAttempt(
                start: start, end: end(.failed, "No request was made: \(problem.message)", since: began))
        }
        let expectations = start.step.settings.expectations ?? RequestExpectations()
        let request = Requester.Request(
            method: filled.method, url: filled.url, headers: filled.headers, body: filled.body,
            timeout: timeout(of: start, in: work) ?? Step.requestTimeout, follows: expectations.follows)
        var intake = try await OutputIntake(start, of: work, executions: executions)
        try await print(["\(filled.method) \(filled.url)"], .stdout, by: &intake)
        let happening = try await outcome(of: request, start, of: work)
        var end: RequestEnd
        switch happening {
        case .stopped: end = self.end(.cancelled, "It was stopped by a cancellation.", since: began)
        case .outcome(.timedOut):
            end = self.end(
                .timedOut, "Nothing was answered within \(DurationText.format(request.timeout)).", since: began)
        case .outcome(.unanswered(let reason)):
            end = self.end(.failed, "It was not answered: \(reason).", since: began)
        case .outcome(.answered(let answer)):
            let verdict = RequestVerdict(answer, expectations)
            try await print(Self.lines(of: answer, expectations), .stdout, by: &intake)
            try await print(verdict.faults, .stderr, by: &intake)
            end = self.end(
                verdict.faults.isEmpty ? .succeeded : .failed, verdict.faults.first, since: began)
            end.outputs = verdict.outputs
        }
        try await store(intake.finish(at: executions.time.now()), by: &intake)
        return FinishedAttempt(start: start, end: end, digest: intake.digest)
    }

    /// A request that was under way when the server stopped: it died with it.
    func lost(_ start: StepStart, of work: RunWork) async throws -> FinishedAttempt {
        let intake = try await OutputIntake(start, of: work, executions: executions)
        let end = end(
            .unknown, "The server ended during the request: nobody knows whether it arrived.",
            since: executions.time.now())
        return FinishedAttempt(start: start, end: end, digest: intake.digest)
    }

    private func end(_ state: AttemptState, _ reason: String?, since began: Timestamp) -> RequestEnd {
        RequestEnd(state: state, reason: reason, started: began, finished: max(began, executions.time.now()))
    }

    /// - Throws: `Problem.invalid` when a value is missing or can't stand where the request wants it.
    private func fill(_ step: Step, of work: RunWork) async throws -> RequestTemplate.Filled {
        let template = try RequestTemplate(parsing: work.script(of: step))
        let known = try await database.read { try Executions.handedOver(by: work, in: $0) }
        return try template.filled { (value) throws(Problem) in try known.value(of: value, for: step) }
    }

    /// - Throws: `CancellationError` when the server stops.
    private func outcome(
        of request: Requester.Request, _ start: StepStart, of work: RunWork
    ) async throws -> Happening {
        let (stops, stop) = AsyncStream.makeStream(of: Void.self)
        executions.signals.began(start.attempt, of: work.id, always: start.step.settings.isAlways) { stop.finish() }
        defer { executions.signals.ended(start.attempt, of: work.id) }
        let first = await withTaskGroup(of: Happening.self) { group in
            group.addTask { .outcome(await Requester().ask(request)) }
            group.addTask {
                for await _ in stops {}
                return .stopped
            }
            defer { group.cancelAll() }
            return await group.next() ?? .stopped
        }
        try Task.checkCancellation()
        return first
    }

    private func print(_ lines: [String], _ stream: Frame.Stream, by intake: inout OutputIntake) async throws {
        guard !lines.isEmpty else { return }
        let text = lines.map { $0 + "\n" }.joined()
        try await store(intake.take(Array(text.utf8), stream, at: executions.time.now()), by: &intake)
    }

    /// The answer as it is kept: the status, the headers that say something, the beginning of the body.
    private static func lines(of answer: Requester.Answer, _ expectations: RequestExpectations) -> [String] {
        let milliseconds = RequestVerdict.milliseconds(answer.took)
        var lines = ["HTTP \(answer.status)\(answer.phrase.isEmpty ? "" : " \(answer.phrase)") in \(milliseconds) ms"]
        let wanted = Set(expectations.headers.map { $0.name.lowercased() })
            .union(["content-type", "content-length", "location", "retry-after"])
        lines += answer.headers.filter { wanted.contains($0.name.lowercased()) }.prefix(50)
            .map { "\($0.name): \($0.value.prefix(1000))" }
        guard !answer.body.isEmpty else { return lines }
        var end = answer.body.prefix(shownBytes)
        // No character is cut in two.
        while let last = end.last, end.count < answer.body.count, last & 0b1000_0000 != 0, end.count > shownBytes - 4 {
            end.removeLast()
            if last & 0b1100_0000 == 0b1100_0000 { break }
        }
        let isAll = end.count == answer.body.count
        lines += ["", String(decoding: end, as: UTF8.self).trimmed]
        if !isAll { lines.append("… (\(answer.isCut ? "more than " : "")\(answer.body.count) bytes in all)") }
        return lines
    }
}

/// What a text that is filled may name: parameters, and the states and outputs of the run's steps.
struct HandedOver: Sendable {
    struct Row: Sendable, Decodable {
        let step: String
        let state: StepState
        let outputs: String?
    }

    let parameters: [String: String]
    let states: [String: StepState]
    let outputs: [String: [String: String]]

    /// - Parameter step: the one whose text is filled.
    /// - Throws: `Problem.invalid`, which names it.
    func value(of value: Condition.Value, for step: Step) throws(Problem) -> String {
        switch value {
        case .text(let text): return text
        case .parameter(let name):
            guard let text = step.listValue[name] ?? parameters[name] else {
                throw .invalid("the parameter \(name) has no value.")
            }
            return text
        // What the run leaves out did not run either.
        case .state(let step): return (states[step] ?? .skipped).rawValue
        case .output(let step, let name):
            guard let text = outputs[step]?[name] else { throw .invalid("the step \(step) has handed on no \(name).") }
            return text
        }
    }
}

extension Executions {
    static func handedOver(by work: RunWork, in reader: Reader) throws -> HandedOver {
        let rows: [HandedOver.Row] = try reader.all("SELECT step, state, outputs FROM run_steps WHERE run = \(work.id)")
        return HandedOver(
            parameters: work.parameters,
            states: Dictionary(rows.map { ($0.step, $0.state) }, uniquingKeysWith: { first, _ in first }),
            outputs: try rows.reduce(into: [:]) { found, row in
                if let outputs = row.outputs { found[row.step] = try strings(outputs) }
            })
    }
}
