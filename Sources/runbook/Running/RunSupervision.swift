import API
import Essentials

/// A run followed from a terminal or a script, and what Ctrl-C, SIGTERM and a closed terminal make of it.
struct RunSupervision {
    let following: RunFollowing
    /// Whether somebody is there to be asked.
    let isInteractive: Bool
    /// Whether the view shows a clock.
    let ticks: Bool

    private enum Occasion: Sendable {
        case wish(Interrupts.Wish)
        /// A line that was asked for; nil when the keyboard is closed.
        case answer(String?)
        case cancelled(Result<Void, any Error>)
        case ended(Result<Run, any Error>)
    }

    /// - Returns: what the command ends with.
    func run() async throws -> ExitStatus {
        let (occasions, continuation) = AsyncStream.makeStream(of: Occasion.self)
        let interrupts = Interrupts { continuation.yield(.wish($0)) }
        defer { interrupts.stop() }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { continuation.yield(.ended(await result(of: { try await following.untilEnd() }))) }
            if ticks {
                group.addTask {
                    while true {
                        try await Task.sleep(for: .seconds(1))
                        try await following.view.tick()
                    }
                }
            }
            var isAsking = false
            var isCancelling = false
            for await occasion in occasions {
                var cancels = false
                switch occasion {
                case .ended(let result):
                    if case .failure = result { try await following.view.leave() }
                    let run = try result.get()
                    return isCancelling ? .interrupted : run.knownState?.exitStatus ?? .failed
                case .wish(.hangUp): return .interrupted
                case .wish where isAsking || isCancelling: return try await detach()
                case .wish(.interrupt) where isInteractive:
                    isAsking = true
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
