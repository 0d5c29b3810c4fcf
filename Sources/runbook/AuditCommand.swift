import API
import ArgumentParser
import Essentials

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Reads, verifies and exports the journal of everything that was done.",
        discussion: """
              runbook audit tail --follow
              runbook audit verify --head 1042:9f2c…
              runbook audit export > journal.ndjson
            """,
        subcommands: [Tail.self, Verify.self, Export.self]
    )

    struct Tail: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "tail",
            abstract: "Prints the last events of the journal, the newest at the end.",
            discussion: """
                  runbook audit tail --limit 100
                  runbook audit tail --follow --kind run.finished
                  runbook audit tail --object runbook/accunode.deploy
                """
        )

        @Flag(name: .shortAndLong, help: "Go on with what happens next, until Ctrl-C.")
        var follow = false

        @Option(help: ArgumentHelp("At most so many to begin with.", valueName: "number"))
        var limit = Limit(20)

        @Option(help: "Only events of this kind, such as run.started.")
        var kind: String?

        @Option(help: "Only events about this object, such as run/ID or runbook/NAME.")
        var object: String?

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let list = try await client.items(
                    { limit, after in
                        .api(
                            "journal",
                            query: [
                                "order": "desc", "kind": kind, "object": object, "limit": limit, "after": after,
                            ])
                    }, limit: limit.number)
                var last: Int64 = 0
                for item in list.items.reversed() {
                    last = max(last, item["seq"]?.integer ?? 0)
                    try print(item)
                }
                if follow { try await go(on: client, after: last) }
            }
        }

        private func go(on client: Client, after last: Int64) async throws {
            var last = last
            try await client.follow(
                .api("journal", "stream", query: ["kind": kind, "object": object]), after: String(last),
                news: { news in
                    try Output.talk.say(
                        news == .lost ? "runbook: lost the server, trying again" : "runbook: it is back")
                },
                handle: { received in
                    guard received.event == "journal" else { return true }
                    let event = try JSONValue(jsonText: received.data)
                    // A stream that is taken up again may say twice what came last.
                    guard let seq = event["seq"]?.integer, seq > last else { return true }
                    last = seq
                    if isWanted(event) { try print(event) }
                    return true
                })
        }

        /// The stream may be of the whole journal.
        private func isWanted(_ event: JSONValue) -> Bool {
            if let kind, event["kind"]?.string != kind { return false }
            if let object, case .array(let objects) = event["objects"] { return objects.contains(.string(object)) }
            return true
        }

        private func print(_ item: JSONValue) throws {
            guard !format.json else { return try Output.data.json(item) }
            try Output.data.say(Tail.line(of: try item.decoded(as: JournalEvent.self)))
        }

        /// `42  2026-01-19 08:30:05Z  run.started  ada (terminal)  run/01k…  {"steps":3}`
        static func line(of event: JournalEvent) -> String {
            let data = event.data.isEmpty ? [] : [JSONValue.object(event.data).text]
            let who = "\(event.actor.name ?? event.actor.id) (\(event.via))"
            let parts = [String(event.seq), Wording.moment(event.time), event.kind, who] + event.objects + data
            return parts.joined(separator: "  ")
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify",
            abstract: "Checks the journal's chain of hashes, event by event.",
            discussion: """
                Ends with 1 when something was changed, deleted, put in or reordered, and names the first bad event. \
                With a head that was kept elsewhere it also finds a tail that was cut off and a journal that was \
                written anew. With --database it needs no server, only the file.

                  runbook audit verify
                  runbook audit verify --head 1042:9f2c…
                  runbook audit verify --database data/runbook.db
                """
        )

        @Option(help: ArgumentHelp("A head that was kept elsewhere.", valueName: "seq:hash"))
        var head: Head?

        @Option(
            help: ArgumentHelp("Check this database file instead of asking a server.", valueName: "file"),
            completion: .file())
        var database: String?

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            let verification: JournalVerification
            if let database {
                verification = try verifyDatabase(path: database, head: head?.text)
            } else {
                verification = try await server.withClient(patience: .long) { client in
                    try await client.get(.api("journal", "verification", query: ["head": head?.text]))
                }
            }
            if format.json {
                try Output.data.json(verification)
            } else {
                try verification.print(to: .data)
            }
            if !verification.ok { throw ExitCode(.failed) }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export",
            abstract: "Prints the whole journal, one JSON value a line, for others to verify.",
            discussion: """
                  runbook audit export > journal.ndjson
                """
        )

        @OptionGroup var server: ServerOptions
        // What it prints is JSON in any case.
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient(patience: .long) { client in
                var request = try Client.Request(.get, .api("journal", "export"))
                request.headers = [("Accept", "application/x-ndjson")]
                try await client.stream(request) { bytes in
                    if Output.data.isTerminal {
                        try Output.data.write(String(decoding: bytes, as: UTF8.self).safeJSONForTerminal)
                    } else {
                        try Output.data.write(bytes)
                    }
                }
            }
        }
    }
}

/// `SEQ:HASH`: a number and 64 hexadecimal digits.
struct Head: ExpressibleByArgument, Equatable {
    let text: String

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let seq = Int64(parts[0]), seq > 0, parts[1].count == 64,
            parts[1].allSatisfy(\.isHexDigit)
        else { return nil }
        text = argument.lowercased()
    }
}

extension JournalVerification {
    func print(to output: Output) throws {
        for warning in warnings { try output.say("warning: \(warning)") }
        if let first_bad {
            try output.say("the journal is NOT intact: event \(first_bad.seq): \(first_bad.reason)")
        } else if !ok {
            try output.say("the journal is NOT intact")
        } else {
            try output.say("the journal is intact: \(Wording.count(Int(events), "event"))")
        }
        if let head { try output.say("head \(head)") }
    }
}
