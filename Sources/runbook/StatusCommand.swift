import API
import ArgumentParser
import Essentials

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Says what burns, what runs, what waits for you, and what failed lately.",
        discussion: """
              runbook status
              runbook status --json | jq '.waiting_for_you.count'
            """
    )

    @OptionGroup var server: ServerOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        try await server.withClient { client in
            let answer = try await client.get(.api("status"), as: JSONValue.self)
            guard !format.json else { return try Output.data.json(answer) }
            let situation = try answer.decoded(as: Situation.self)
            try situation.print(to: .data)
            if let advice = situation.advice { try Output.talk.say(advice) }
        }
    }
}

extension Situation {
    /// The sentence, then a line for each thing: what waits first, what went well last.
    func print(to output: Output) throws {
        try output.say(sentence)
        let parts = [burning, waiting_for_you, waiting_for_others, running, queued, failed].map(\.lines) + [succeeded]
        guard parts.contains(where: { !$0.isEmpty }) else { return }
        var table = Table("", "STATE", "ID", "SINCE", "BY", "WHAT", "DETAILS")
        for line in parts.joined() {
            table.add(
                StepMark(state: line.state == "interrupted" ? "unknown" : line.state).rawValue, line.state, line.id,
                Wording.moment(line.time), line.by.name ?? line.by.id, line.title,
                line.successor.map { "\(line.details) · \($0) succeeded since" } ?? line.details)
        }
        try output.line()
        try table.print(to: output)
    }

    /// What to do next.
    var advice: String? {
        if let begin { return "Begin: \(begin)" }
        if let line = burning.lines.first(where: { $0.state == IncidentStanding.triggered.rawValue }) {
            return "Take it up: runbook incident ack \(line.id)"
        }
        guard let line = waiting_for_you.lines.first else { return nil }
        if line.kind == "item" {
            let list = line.id.prefix { $0 != "/" }
            return "See to it: runbook checklist tick \(list) \(line.id.dropFirst(list.count + 1))"
        }
        if line.kind == "checklist" { return "See: runbook checklist show \(line.id)" }
        return line.state == RunState.interrupted.rawValue
            ? "Look, then say what happened: runbook runs resume \(line.id) --outcome succeeded|failed|rerun"
            : "See: runbook runs show \(line.id)"
    }
}
