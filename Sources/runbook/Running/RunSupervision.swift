import API
import Essentials

/// A run followed from a terminal or a script, and what Ctrl-C, SIGTERM and a closed terminal make of it.
struct RunSupervision {
    let following: RunFollowing
    /// Whether somebody is there to be asked.
    let isInteractive: Bool
    /// Whether the view shows a clock.
    let ticks: Bool
    /// Whether steps that ask before they begin were agreed to beforehand.
    var yes = false

    private enum Occasion: Sendable {
        case wish(Interrupts.Wish)
        /// A line that was asked for; nil when the keyboard is closed.
        case answer(String?)
        case cancelled(Result<Void, any Error>)
        case rests(RestingStep)
        case confirmed(Result<Void, any Error>)
        case ended(Result<Run, any Error>)
    }

    /// - Returns: what the command ends with.
    func run() async throws -> ExitStatus {
        let (occasions, continuation) = AsyncStream.makeStream(of: Occasion.self)
        let interrupts = Interrupts { continuation.yield(.wish($0)) }
        defer { interrupts.stop() }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            var following = following
            following.rest = { [isInteractive, yes] run in
                let resting = RestingStep(run, isInteractive: isInteractive, yes: yes)
                if resting != .end { continuation.yield(.rests(resting)) }
                return resting == .end
            }
            group.addTask { [following] in
                continuation.yield(.ended(await result(of: { try await following.untilEnd() })))
            }
            if ticks {
                group.addTask {
                    while true {
                        try await Task.sleep(for: .seconds(1))
                        try await following.view.tick()
                    }
                }
            }
            var isAsking = false
            var isCancelAsked = false
            var isCancelling = false
            // What was told or asked last of a step that waits; the stream may say it twice.
            var resting: RestingStep?
            for await occasion in occasions {
                var cancels = false
                switch occasion {
                case .ended(let result):
                    if case .failure = result { try await following.view.leave() }
                    let run = try result.get()
                    return isCancelling ? .interrupted : run.knownState?.exitStatus ?? .failed
                case .rests(let step) where step == resting: break
                case .rests(.approval(let step, let sentence)):
                    resting = .approval(step: step, sentence: sentence)
                    try await following.view.say(
                        """
                        \(step) waits for \(sentence); they answer with: runbook runs approve \(following.run) \(step)
                        """)
                case .rests(let step):
                    resting = step
                    if case .answered(let id) = step {
                        confirm(id, note: nil, &group, continuation)
                    } else if !isCancelAsked {
                        try await ask(step)
                        if !isAsking { Keyboard.readLine { continuation.yield(.answer($0)) } }
                        isAsking = true
                    }
                case .confirmed(.success): break
                case .confirmed(.failure(let error)):
                    // Somebody was quicker, or this one may not: the run says so.
                    try await following.view.say((error as? Problem)?.sentence ?? "\(error)")
                    if (error as? Problem)?.code != .conflict { return try await detach() }
                case .answer(let answer) where resting?.wantsLine == true && !isCancelAsked:
                    isAsking = false
                    try await following.view.ask(nil)
                    switch resting?.answer(to: answer) {
                    case .confirm(let id, let note): confirm(id, note: note, &group, continuation)
                    case .fail(let id, let note):
                        confirm(id, note: note, outcome: "failed", &group, continuation)
                    case .cancel: cancels = true
                    case .leave, nil: return try await detach()
                    }
                case .wish(.hangUp): return .interrupted
                case .wish where isAsking || isCancelling: return try await detach()
                case .wish(.interrupt) where isInteractive:
                    isAsking = true
                    isCancelAsked = true
                    try await following.view.ask("cancel the run? it goes on otherwise: [c]ancel / [d]etach: ")
                    Keyboard.readLine { continuation.yield(.answer($0)) }
                case .wish: cancels = true
                case .answer(let answer):
                    isAsking = false
                    try await following.view.ask(nil)
                    guard answer?.lowercased().hasPrefix("c") == true else { return try await detach() }
                    cancels = true
                case .cancelled(.success): break
                case .cancelled(.failure(let problem as Problem)) where problem.code == .conflict:
                    // It was over already; its end is on the way.
                    break
                case .cancelled(.failure(let error)):
                    try await following.view.say((error as? Problem)?.sentence ?? "\(error)")
                    return try await detach()
                }
                if cancels {
                    isCancelling = true
                    try await following.view.say("cancelling run \(following.run)")
                    group.addTask { continuation.yield(.cancelled(await result(of: { try await cancel() }))) }
                }
            }
            throw CancellationError()
        }
    }

    private func ask(_ step: RestingStep) async throws {
        switch step {
        case .confirmation(let id, let question):
            try await following.view.say("\(id) asks: \(question)")
            try await following.view.ask("may \(id) begin? [y]es / [n]o, cancel the run: ")
        case .manual(let id, let question):
            let lines = question.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            try await following.view.say("\(id) is done by hand: \(lines[0])")
            if lines.count > 1 { try await following.view.quote(String(lines[1])) }
            try await following.view.ask(
                "when it is done, say what you did, or just press Enter; if it failed, type \"failed: why\": ")
        case .approval, .answered, .end: break
        }
    }

    private func confirm(
        _ step: String, note: String?, outcome: String? = nil, _ group: inout ThrowingTaskGroup<Void, any Error>,
        _ continuation: AsyncStream<Occasion>.Continuation
    ) {
        group.addTask {
            let confirmed = await result(of: {
                _ = try await following.client.send(
                    Client.Request(
                        .post, .api("runs", following.run, "steps", step, "confirmation"),
                        writing: AnswerRequest(note: note, outcome: outcome)))
            })
            continuation.yield(.confirmed(confirmed))
        }
    }

    private func cancel() async throws {
        _ = try await following.client.send(
            Client.Request(.post, .api("runs", following.run, "cancellation"), writing: [String: String]()))
    }

    private func detach() async throws -> ExitStatus {
        try await following.view.leave()
        try await following.view.say(
            "run \(following.run) goes on; follow it with: runbook runs logs \(following.run) --follow")
        return .interrupted
    }
}

private func result<Value: Sendable>(of body: () async throws -> Value) async -> Result<Value, any Error> {
    do {
        return .success(try await body())
    } catch {
        return .failure(error)
    }
}
