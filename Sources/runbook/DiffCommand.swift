import API
import ArgumentParser
import Essentials
import Runbooks

struct DiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Shows what a version of a runbook has other than an older one.",
        discussion: """
            First the steps and the checklist items that were added, removed, changed or moved, then every line. Without \
            versions it is the newest and the one before it; with one, that one and the newest.

              runbook diff accunode/deploy
              runbook diff accunode/deploy 3 5 --source

            Versions are numbers or content hashes, as `runbook show NAME --versions` lists them.
            """
    )

    @Argument(help: "The runbook's name; accunode/deploy is accunode.deploy.")
    var name: String

    @Argument(help: "The older version; without it the one before the newer.")
    var from: String?

    @Argument(help: "The newer version; without it the newest.")
    var to: String?

    @Flag(help: "Show the difference of the whole Markdown, too.")
    var source = false

    @OptionGroup var server: ServerOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        let name = RunbookName.dotted(name)
        try await server.withClient { client in
            let newer: String
            if let to {
                newer = to
            } else {
                newer = try await client.get(.api("runbooks", name), as: Current.self).version
            }
            let changes = try await client.get(
                .api("runbooks", name, "versions", newer, "changes", query: ["from": from]), as: JSONValue.self)
            guard !format.json else { return try Output.data.json(changes) }
            try changes.decoded(as: RunbookChanges.self).print(to: .data, withSource: source)
        }
    }

    private struct Current: Decodable { let version: String }
}

extension RunbookChanges {
    /// As `diff -u` marks lines: `+`, `-`, and a space before what stayed.
    func print(to output: Output, withSource: Bool) throws {
        try output.say("\(runbook): version \(from.number) to \(to.number)")
        for fact in facts { try output.say("changed \(fact.line)") }
        for step in steps {
            try output.line()
            let move = Self.move(step.was_section, step.moved)
            try output.say("\(step.change) step \(step.id), line \(step.line)\(move)")
            for value in step.values { try output.say("  \(value.line)") }
            try step.script?.print(to: output)
        }
        if !checklist.isEmpty { try output.line() }
        for item in checklist {
            let move = Self.move(item.was_section, item.moved)
            try output.say("\(item.change) item \(item.text), line \(item.line)\(move)")
            if let was = item.was_text { try output.say("  was \(was)") }
        }
        try output.line()
        try output.say(
            """
            \(Wording.count(same_steps, "step")) and \(Wording.count(same_checklist, "item")) stayed the same; of the \
            Markdown \(Wording.count(source.added, "line")) were added, \(source.removed) removed.
            """)
        if left_out > 0 { try output.say("\(Wording.count(left_out, "more change")) would be too much to list.") }
        if withSource { try source.print(to: output) }
    }

    private static func move(_ section: String?, _ isMoved: Bool) -> String {
        section.map { ", moved from \($0.isEmpty ? "before the first heading" : $0)" } ?? (isMoved ? ", moved" : "")
    }
}

extension ChangedValue {
    fileprivate var line: String { "\(name): \(from ?? "none") → \(to ?? "none")" }
}

extension LineChanges {
    fileprivate func print(to output: Output) throws {
        var last = (from: 0, to: 0)
        for line in lines {
            if (line.from ?? last.from + 1) > last.from + 1 || (line.to ?? last.to + 1) > last.to + 1 {
                try output.line("  ⋯ line \(line.to ?? line.from ?? 0)")
            }
            last = (line.from ?? last.from, line.to ?? last.to)
            let sign = line.change == "added" ? "+" : line.change == "removed" ? "-" : " "
            // A carriage return in the middle would let a terminal write over what stands before it.
            try output.line("  \(sign) \(line.text.safeForTerminal)")
        }
        if cut { try output.say("  and more, which would be too much to show") }
    }
}
