import API
import ArgumentParser
import Essentials

/// Whether a command that sets a deployment going stays with it.
struct FollowOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Tell what happens, until it is over or waits for somebody.")
    var follow = false

    /// Does something to a deployment, and tells of it; with `--follow`, until it rests.
    /// - Parameter good: the state that is wanted.
    func perform(
        _ server: ServerOptions, _ format: FormatOptions, until good: String = "succeeded",
        _ act: (Client) async throws -> JSONValue
    ) async throws {
        let status = try await server.withClient { client in
            let head = follow ? try await client.journalHead() : "0"
            let answer = try await act(client)
            let deployment = try answer.decoded(as: Deployment.self)
            guard follow else {
                if format.json { try Output.data.json(answer) } else { try deployment.tell() }
                return ExitStatus.success
            }
            let ended = try await DeploymentFollowing(client: client, id: deployment.id, format: format)
                .untilRest(after: head, from: answer)
            return ended.exitStatus(wanting: good)
        }
        if status != .success { throw ExitCode(status) }
    }
}

extension Client {
    /// The number of the journal's last event.
    fileprivate func journalHead() async throws -> String {
        let path = ResourcePath.api("journal", query: ["order": "desc", "limit": "1"])
        let list = try await get(path, as: List<JSONValue>.self)
        return String(list.items.first?["seq"]?.integer ?? 0)
    }
}

/// A deployment followed by what the journal says of it, until nothing more happens by itself.
struct DeploymentFollowing: Sendable {
    let client: Client
    let id: String
    let format: FormatOptions

    private var object: String { "deployment/\(id)" }

    /// - Parameters:
    ///   - head: the number of the last event before the following.
    ///   - answer: the deployment as it was when the following began.
    func untilRest(after head: String, from answer: JSONValue) async throws -> Deployment {
        var told = Told(last: Int64(head) ?? 0, latest: answer)
        if !format.json { try told.deployment.tell() }
        if try await !rests(&told) {
            try await client.follow(
                .api("journal", "stream", query: ["object": object]), after: String(told.last),
                news: { news in
                    try Output.talk.say(
                        news == .lost
                            ? "runbook: lost the server; the deployment goes on there" : "runbook: the server is back")
                },
                handle: { received in
                    guard received.event == "journal" else { return true }
                    guard try tell(JSONValue(jsonText: received.data), &told) else { return true }
                    told.latest = try await client.get(.api("deployments", id), as: JSONValue.self)
                    return try await !rests(&told)
                })
        }
        if format.json {
            try Output.data.json(told.latest)
        } else {
            try Output.talk.say("runbook: \(told.deployment.conclusion)")
        }
        return try told.deployment
    }

    private struct Told {
        /// The number of the last event.
        var last: Int64
        var latest: JSONValue

        var deployment: Deployment { get throws { try latest.decoded(as: Deployment.self) } }
    }

    /// Whether nothing more happens by itself, once everything that led there is told: a deployment may rest before its
    /// events have all come.
    private func rests(_ told: inout Told) async throws -> Bool {
        while try told.deployment.isResting {
            let last = String(told.last)
            let missed = try await client.items { limit, after in
                .api("journal", query: ["object": object, "limit": limit, "after": after ?? last])
            }
            let news = try missed.items.filter { try tell($0, &told) }
            if news.isEmpty { return true }
            told.latest = try await client.get(.api("deployments", id), as: JSONValue.self)
        }
        return false
    }

    /// `stage started: Canary`.
    /// - Returns: whether the event was new, and about what the deployment did.
    private func tell(_ event: JSONValue, _ told: inout Told) throws -> Bool {
        guard let seq = event["seq"]?.integer, seq > told.last else { return false }
        told.last = seq
        guard let kind = event["kind"]?.string, kind.hasPrefix("deployment.") else { return false }
        guard !format.json else { return true }
        let data = event["data"]
        let rest = [data?["stage"]?.string, data?["reason"]?.string ?? data?["waits_for"]?.string].compactMap(\.self)
        let act = kind.dropFirst("deployment.".count).replacing("-", with: " ")
        try Output.talk.say("runbook: \(([String(act)] + rest).joined(separator: ": "))")
        return true
    }
}
