import Foundation
import Processes
import RunbookFormat

/// What a guide's text alone can't tell: what stands beside the file, and what this machine has.
struct Surroundings {
    let path: SearchPath

    /// Those of the text with those of the surroundings, of the rules that are told; what the guide allows is left out.
    /// - Parameters:
    ///   - file: the guide's.
    ///   - neighbours: the names of the runbooks that were read along with it; nil where nobody knows any.
    func findings(
        of guide: Guide, file: String, beside neighbours: Set<String>? = nil, _ told: Set<Finding.Rule>
    ) throws -> [Finding] {
        var others = neighbours.map { unknownRollback(of: guide, beside: $0) } ?? []
        if told.contains(.brokenLink) { others += brokenLinks(in: guide, file: file) }
        if told.contains(.missingProgram) { others += missingPrograms(of: guide) }
        if told.contains(.shellcheck), let program = path.find("shellcheck") {
            do {
                others += try ShellCheck(program: program).findings(of: guide)
            } catch {
                // Ours are worth having without it.
                let why = String(describing: error).replacing("\n", with: " ").prefix(200)
                try Output.talk.say("runbook: \(file): \(program) gave no findings that can be read: \(why)")
            }
        }
        return guide.findings(adding: others).filter { told.contains($0.rule) }
    }

    /// Links to Markdown files that are not there.
    /// - Parameter file: the guide's.
    func brokenLinks(in guide: Guide, file: String) -> [Finding] {
        let folder = URL(filePath: file).deletingLastPathComponent()
        return guide.links.compactMap { link in
            guard !FileManager.default.fileExists(atPath: folder.appending(path: link.path).path) else { return nil }
            return Finding(
                .brokenLink, .warning, line: link.line,
                "There is no \"\(link.path.prefix(200))\" beside this file; mend the link, or take it out.")
        }
    }

    /// What is to take the guide back and is not among its neighbours. The folder may be one of several that the server
    /// reads, so that the end of a name is enough.
    func unknownRollback(of guide: Guide, beside neighbours: Set<String>) -> [Finding] {
        guard let name = guide.metadata.wayBack?.runbook,
            !neighbours.contains(where: { name == $0 || name.hasSuffix(".\($0)") })
        else { return [] }
        return [guide.unknownRollback(name, place: "among these files")]
    }

    /// Programs of the steps that this machine has not.
    func missingPrograms(of guide: Guide) -> [Finding] {
        guide.programUses.compactMap { use in
            guard path.find(use.name) == nil else { return nil }
            return Finding(
                .missingProgram, .info, line: use.line,
                "\(use.name) is not on this machine's path; install it where the guide runs, and name it under requires."
            )
        }
    }
}
