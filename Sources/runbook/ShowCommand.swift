import API
import ArgumentParser
import Essentials
import Runbooks

struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows a runbook: its sections, steps, checklist, findings and versions.",
        discussion: """
              runbook show accunode/deploy
              runbook show accunode/deploy --markdown > deploy.md
              runbook show accunode/deploy --versions
            """
    )

    @Argument(help: "The runbook's name; accunode/deploy is accunode.deploy.")
    var name: String

    @Flag(help: "Print the guide itself, byte for byte.")
    var markdown = false

    @Flag(help: "Print its versions alone, the newest first, all of them.")
    var versions = false

    @OptionGroup var server: ServerOptions
    @OptionGroup var format: FormatOptions

    func validate() throws {
        if markdown, format.json { throw ValidationError("--markdown and --json cannot both be had.") }
        if markdown, versions { throw ValidationError("--markdown and --versions cannot both be had.") }
    }

    func run() async throws {
        let name = RunbookName.dotted(name)
        try await server.withClient { client in
            if markdown {
                let answer = try await client.send(Client.Request(.get, .api("runbooks", name, "source")))
                if Output.data.isTerminal {
                    return try Output.data.writeForeign(String(decoding: answer.bytes, as: UTF8.self))
                }
                return try answer.bytes.withUnsafeBytes { try Output.data.write($0) }
            }
            if versions {
                let list = try await client.items { limit, after in
                    .api("runbooks", name, "versions", query: ["limit": limit, "after": after])
                }
                guard !format.json else { return try Output.data.json(list) }
                return try ShownRunbook.print(
                    try list.items.map { try $0.decoded(as: RunbookVersion.self) }, to: .data)
            }
            let runbook = try await client.get(.api("runbooks", name), as: JSONValue.self)
            guard !format.json else { return try Output.data.json(runbook) }
            let shown = try runbook.decoded(as: ShownRunbook.self)
            let versions = try await client.get(.api("runbooks", name, "versions"), as: List<RunbookVersion>.self)
            try shown.print(to: .data, versions: versions.items)
        }
    }
}

/// What `show` tells of a runbook.
struct ShownRunbook: Decodable {
    struct Section: Decodable {
        let slug: String
        let title: String
        let level: Int
        let line: Int
    }

    struct Step: Decodable {
        let id: String
        let line: Int
        let language: String
        let placeholders: [String]?
    }

    struct Item: Decodable {
        let line: Int
        let text: String
        let checked: Bool
        let depth: Int
    }

    struct Finding: Decodable {
        let rule: String
        let severity: String
        let line: Int
        let message: String
    }

    let name: String
    let title: String
    let version: String
    let service: String?
    let updated: String
    let sections: [Section]
    let steps: [Step]
    let checklist: [Item]
    let findings: [Finding]

    func print(to output: Output, versions: [RunbookVersion]) throws {
        try output.say(title)
        try output.say("\(name)\(service.map { ", service \($0)" } ?? ""), updated \(Wording.moment(updated))")
        try output.say("version \(version)")
        if !sections.isEmpty {
            var table = Table("SECTION", "LINE", "TITLE")
            for section in sections {
                let indent = String(repeating: "  ", count: max(0, section.level - 1))
                table.add(section.slug, "\(section.line)", indent + section.title)
            }
            try output.line()
            try table.print(to: output)
        }
        if !steps.isEmpty {
            var table = Table("STEP", "LINE", "LANGUAGE", "TO BE FILLED IN")
            for step in steps {
                table.add(step.id, "\(step.line)", step.language, (step.placeholders ?? []).joined(separator: " "))
            }
            try output.line()
            try table.print(to: output)
        }
        if !checklist.isEmpty {
            try output.line()
            try output.line("CHECKLIST")
            for item in checklist {
                let indent = String(repeating: "  ", count: max(0, item.depth - 1))
                try output.say("\(indent)[\(item.checked ? "x" : " ")] \(item.text)")
            }
        }
        if !findings.isEmpty {
            var table = Table("FINDING", "LINE", "RULE", "MESSAGE")
            for finding in findings { table.add(finding.severity, "\(finding.line)", finding.rule, finding.message) }
            try output.line()
            try table.print(to: output)
        }
        if !versions.isEmpty {
            try output.line()
            try Self.print(versions, to: output)
        }
    }

    static func print(_ versions: [RunbookVersion], to output: Output) throws {
        var table = Table("VERSION", "HASH", "BYTES", "STEPS", "ITEMS", "RUNS", "CREATED", "BY")
        for version in versions {
            table.add(
                "\(version.number)", Wording.short(hash: version.version), "\(version.bytes)", "\(version.steps)",
                "\(version.checklist)", "\(version.runs)", Wording.moment(version.created),
                version.by.name ?? version.by.id)
        }
        try table.print(to: output)
    }
}
