import API
import ArgumentParser
import Essentials

struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Finds things by their words.",
        discussion: """
            Every word must be there, or begin one that is; a text between quotes must stand as it is. What has the words \
            in its title comes first, else the newest; what runs printed comes last.

              runbook search replica lag
              runbook search '"connection refused"' --kind runbook
              runbook search timeout --kind run
            """
    )

    @Argument(help: "The words.")
    var words: [String]

    @Option(help: "Only things of this kind, such as runbook.")
    var kind: String?

    @Option(help: ArgumentHelp("At most so many.", valueName: "number"))
    var limit = Limit(20)

    @OptionGroup var server: ServerOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        try await server.withClient { client in
            var (items, next, broad): ([JSONValue], String?, [String]) = ([], nil, [])
            repeat {
                let count = String(min(PageRequest.maximum, limit.number - items.count))
                let part = try await client.get(
                    .api(
                        "search",
                        query: ["q": words.joined(separator: " "), "kind": kind, "limit": count, "after": next]),
                    as: Part.self)
                items += part.items
                (next, broad) = (part.next, part.broad)
            } while next != nil && items.count < limit.number
            guard !format.json else {
                return try Output.data.json([
                    "items": .array(items), "next": next.map(JSONValue.string) ?? .null,
                    "broad": .array(broad.map { .string($0) }),
                ])
            }
            for word in broad {
                try Output.talk.say("Too many words begin with \(word): only some were looked for. Write more letters.")
            }
            guard !items.isEmpty else { return try Output.talk.say("Nothing has all of these words.") }
            let found = try items.map { try $0.decoded(as: Found.self) }
            var table = Table("KIND", "ID", "TIME", "TITLE")
            for thing in found {
                let place = (thing.step ?? thing.section).map { "#\($0)" } ?? ""
                table.add(thing.kind, (thing.of ?? thing.id) + place, Wording.moment(thing.time), thing.title)
            }
            let lines = table.lines(width: Output.data.width)
            // Each row with what stands around the words below it.
            for (number, line) in lines.enumerated() {
                try Output.data.line(line)
                guard number > 0, !found[number - 1].excerpt.isEmpty else { continue }
                try Output.data.say("    \(found[number - 1].excerpt.safeForCell)")
            }
        }
    }

    private struct Part: Decodable {
        let items: [JSONValue]
        let next: String?
        let broad: [String]
    }
}
