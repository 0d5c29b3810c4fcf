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

    /// - Parameter answer: the deployment as it was when the following began.
    func untilRest(after head: String, from answer: JSONValue) async throws -> Deployment {
        var latest = answer
        var last = Int64(head) ?? 0
        if !format.json { try answer.decoded(as: Deployment.self).tell() }
        if try !answer.decoded(as: Deployment.self).isResting {
            try await client.follow(
                .api("journal", "stream"), after: head,
                news: { news in
                    try Output.talk.say(
                        news == .lost
                            ? "runbook: lost the server; the deployment goes on there" : "runbook: the server is back")
                },
                handle: { received in
                    guard received.event == "journal" else { return true }
                    let event = try JSONValue(jsonText: received.data)
                    guard let seq = event["seq"]?.integer, seq > last else { return true }
                    last = seq
                    guard case .array(let objects)? = event["objects"], objects.contains(.string("deployment/\(id)")),
                        let kind = event["kind"]?.string, kind.hasPrefix("deployment.")
                    else { return true }
                    try say(kind, event)
                    latest = try await client.get(.api("deployments", id), as: JSONValue.self)
                    return try !latest.decoded(as: Deployment.self).isResting
                })
        }
        let deployment = try latest.decoded(as: Deployment.self)
        if format.json {
            try Output.data.json(latest)
        } else {
            try Output.talk.say("runbook: \(deployment.conclusion)")
        }
        return deployment
    }

    /// `stage-started: Canary`.
    private func say(_ kind: String, _ event: JSONValue) throws {
        guard !format.json else { return }
        let data = event["data"]
        let told = [data?["stage"]?.string, data?["reason"]?.string ?? data?["waits_for"]?.string].compactMap(\.self)
        let act = kind.dropFirst("deployment.".count).replacing("-", with: " ")
        try Output.talk.say("runbook: \(([String(act)] + told).joined(separator: ": "))")
    }
}
