import API
import ArgumentParser
import Essentials

struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "Says what waits for a worker and why, and how the workers of each priority fare.",
        discussion: """
            Times are the median of the runs that ended in the window, and what 95 of 100 of them kept within.

              runbook queue
              runbook queue --window 1h
              runbook queue --json | jq -r '.runs[] | "\\(.id) \\(.waits_for)"'
            """
    )

    enum Window: String, CaseIterable, ExpressibleByArgument {
        case hour = "1h"
        case day = "24h"
    }

    @Option(help: "Over which the figures go: 1h or 24h.")
    var window: Window = .day

    @OptionGroup var server: ServerOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        try await server.withClient { client in
            let answer = try await client.get(
                .api("queue", query: ["window": window.rawValue]), as: JSONValue.self)
            guard !format.json else { return try Output.data.json(answer) }
            try Self.print(try answer.decoded(as: API.Queue.self), to: .data)
        }
    }

    private static func print(_ queue: API.Queue, to output: Output) throws {
        var table = Table("PRIORITY", "BUSY", "WORKERS", "QUEUED", "OLDEST", "WAITED", "TOOK", "FAILED")
        for line in queue.priorities {
            table.add(
                line.priority, String(line.busy), queue.shared ? "shared" : String(line.workers), String(line.queued),
                line.oldest_wait_seconds.map { Wording.duration(.seconds($0)) } ?? "-", words(line.wait),
                words(line.took),
                line.failure_rate.map { "\(Int(($0 * 100).rounded())) % (\(line.failed) of \(line.ended))" } ?? "-")
        }
        try table.print(to: output)
        guard !queue.runs.isEmpty else { return try Output.talk.say("Nothing waits.") }
        try output.line()
        var waiting = Table("ID", "PRIORITY", "CREATED", "BY", "RUNBOOK", "WHY IT WAITS")
        for run in queue.runs {
            waiting.add(
                run.id, run.priority, Wording.moment(run.created), run.by.name ?? run.by.id,
                run.section.map { "\(run.runbook)#\($0)" } ?? run.runbook, run.waits_for)
        }
        try waiting.print(to: output)
        let more = queue.queued - queue.runs.count
        if more > 0 { try Output.talk.say("\(more) more wait: runbook runs --state queued") }
    }

    private static func words(_ times: QueueTimes?) -> String {
        times.map {
            "\(Wording.duration(.seconds($0.median_seconds))), 95 % \(Wording.duration(.seconds($0.p95_seconds)))"
        } ?? "-"
    }
}
