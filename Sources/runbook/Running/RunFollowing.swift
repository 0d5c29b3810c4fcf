import API
import Essentials

/// A run followed through its event stream until nothing more happens by itself.
struct RunFollowing: Sendable {
    let client: Client
    let run: String
    let view: any RunView
    /// Whether a run that waits for somebody is an end; else it is followed until that somebody came.
    var endsAtRest = true
    /// Asked of a run that waits for people: whether it is an end all the same.
    var rest: (@Sendable (Run) -> Bool)?

    /// - Returns: the run as it ended, or rests.
    func untilEnd() async throws -> Run {
        var lastOutput = 0
        var ended: Run?
        try await client.follow(
            .api("runs", run, "events"),
            news: { news in
                switch news {
                case .lost: try await view.say("lost the server; the run goes on there, trying to reach it again")
                case .back: try await view.say("the server is back")
                }
            },
            handle: { received in
                let event = try RunEvent(received)
                if case .output(let chunk) = event {
                    // A stream that is taken up again may say twice what came last.
                    guard chunk.n > lastOutput else { return true }
                    lastOutput = chunk.n
                }
                if case .run(let run) = event, isEnd(run) { ended = run }
                try await view.show(event, name: received.event, text: received.data)
                return ended == nil
            })
        // Nothing of the output may be missing because the state overtook it.
        try await showOutput(after: lastOutput)
        guard let ended else { throw client.stranger("its event stream ended before the run") }
        try await view.finish(ended)
        return ended
    }

    /// Shows what was printed so far, after a number.
    func showOutput(after number: Int, step: String? = nil) async throws {
        var after = String(number)
        while true {
            let path = ResourcePath.api("runs", run, "output", query: ["after": after, "step": step, "limit": "500"])
            let page = try await client.get(path, as: List<OutputChunk>.self)
            for chunk in page.items {
                let text = view.showsJSON ? try Output.text(of: chunk) : ""
                try await view.show(.output(chunk), name: "output", text: text)
            }
            guard let next = page.next else { return }
            guard next != after, !page.items.isEmpty else { throw client.stranger("its list does not end") }
            after = next
        }
    }

    private func isEnd(_ run: Run) -> Bool {
        guard let state = run.knownState else { return false }
        if state == .waiting, let rest { return rest(run) }
        return state.isFinal || state == .interrupted || (endsAtRest && state == .waiting)
    }
}
