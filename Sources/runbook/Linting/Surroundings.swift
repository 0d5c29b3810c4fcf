import Foundation
import Processes
import RunbookFormat

/// What a guide's text alone can't tell: what stands beside the file, and what this machine has.
struct Surroundings {
    let path: SearchPath

    /// Those of the text with those of the surroundings, of the rules that are told; what the guide allows is left out.
    /// - Parameter file: the guide's.
    func findings(of guide: Guide, file: String, _ told: Set<Finding.Rule>) throws -> [Finding] {
        var others: [Finding] = []
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
