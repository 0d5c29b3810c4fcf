import ArgumentParser
import Essentials
import Foundation

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Stores guides on the server.",
        discussion: """
            Any Markdown guide imports as it is, and nothing runs on import. A folder gives its *.md and *.markdown \
            files at any depth, hidden ones left out; a file that is named may have any extension; a pattern between \
            quotes gives what it matches, named by the path below its first wildcard.

              runbook import guides/               guides/accunode/deploy.md becomes accunode.deploy
              runbook import 'guides/**/*-sop.md'
              runbook import notes.txt --name go-live

            Links to runbooks that neither the server has nor the import brings are told at the end.

            Prints a line for each file: `created`, `new version` or `unchanged`, the name, and how many steps, checklist \
            items and findings it has; of several files also how far it is, and in the end how many became what. Goes on after a \
            file that is refused, and then ends with status 65.
            """
    )

    @Argument(
        help: ArgumentHelp("Guides, folders with guides, or patterns.", valueName: "file|folder|pattern"),
        completion: .file())
    var paths: [String]

    @Option(help: "The runbook's name, instead of the one made of the path; for a single file.")
    var name: String?

    @OptionGroup var server: ServerOptions
    @OptionGroup var format: FormatOptions

    func validate() throws {
        guard name != nil else { return }
        var isFolder: ObjCBool = false
        guard paths.count == 1,
            !FileManager.default.fileExists(atPath: paths[0], isDirectory: &isFolder) || !isFolder.boolValue
        else { throw ValidationError("--name goes with a single file.") }
    }

    func run() async throws {
        let search = try GuideSearch(paths, name: name)
        for link in search.skippedLinks {
            try Output.talk.say("skipped \(link): the link leads out of its folder")
        }
        var count = ImportCount(files: search.files.count)
        for refusal in search.refusals {
            try refusal.problem.tell(of: refusal.path, json: format.json)
            count.refused += 1
        }
        if !search.files.isEmpty {
            count = try await server.withClient { [count] client in try await send(search.files, to: client, count) }
        }
        if count.files + count.refused > 1, !format.json { try Output.talk.say(count.sentence) }
        if count.refused > 0 { throw ExitCode(.badData) }
    }

    /// Several are on their way at once, so that they share the server's commits; each is told of in the order given.
    private func send(_ files: [GuideFile], to client: Client, _ count: ImportCount) async throws -> ImportCount {
        var count = count
        let progress = ImportProgress()
        var brokenLinks = BrokenLinks(of: files)
        var fault: Problem?
        try await files.sent(to: client, atOnce: Self.atOnce) { index, result in
            try progress.clear()
            switch result {
            case .success(let imported):
                try tell(imported, of: files[index].path, besides: brokenLinks.take(imported, of: files[index]))
                count.note(imported.result)
            // Anything else, no permission or no server, would meet every other file too.
            case .failure(let problem) where ExitStatus(problem.code) != .badData:
                fault = fault ?? problem
            case .failure(let problem):
                try problem.tell(of: files[index].path, json: format.json)
                count.refused += 1
                brokenLinks.refused(files[index])
            }
            if fault == nil, index + 1 < files.count { try progress.show(index + 2, of: files.count) }
            return fault == nil
        }
        if let fault { throw fault }
        if !format.json { try brokenLinks.tell() }
        return count
    }

    /// Two cores have enough to do with four.
    private static let atOnce = 4

    /// - Parameter besides: so many findings hold no longer when the import is done.
    private func tell(_ imported: Imported, of path: String, besides mended: Int) throws {
        guard !format.json else {
            return try Output.data.json([
                "file": .string(path), "result": .string(imported.result.rawValue), "runbook": imported.runbook,
            ])
        }
        try Output.data.say(ImportCommand.line(of: imported, besides: mended))
    }

    static func line(of imported: Imported, besides mended: Int = 0) -> String {
        let steps = Wording.count(imported.count("steps"), "step")
        let items = Wording.count(imported.count("checklist"), "item")
        let findings = Wording.count(imported.count("findings") - mended, "finding")
        return "\(imported.result.words) \(imported.name) \(steps) \(items) \(findings)"
    }
}

extension Problem {
    /// As the server would write it.
    var json: JSONValue {
        var members: [String: JSONValue] = ["code": .string(code.rawValue), "detail": .string(message)]
        if !fields.isEmpty {
            members["errors"] = .array(
                fields.map { field in
                    .object([
                        "name": .string(field.name), "message": .string(field.message),
                        "line": field.line.map { .integer(Int64($0)) } ?? .null,
                    ])
                })
        }
        return .object(members)
    }
}
