import API
import ArgumentParser
import Essentials
import RunbookFormat
import Server

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows what Runbook reads in Markdown files, without a server.",
        discussion: "Ends with 65 when a file can't be read; the others are still shown.")

    @OptionGroup var format: FormatOptions

    @Argument(help: ArgumentHelp("Markdown files, or folders of them.", valueName: "file"))
    var files: [String]

    func run() throws {
        var hasFailed = false
        try GuideReading.each(of: files) { reading in
            switch reading.guide {
            case .success(let guide):
                let inspection = Inspection(guide: guide, file: reading.path)
                if format.json {
                    try Output.data.json(inspection)
                } else {
                    for line in Self.lines(of: inspection) { try Output.data.say(line) }
                }
            case .failure(let problem):
                hasFailed = true
                try problem.tell(of: reading.path, json: format.json)
            }
        }
        if hasFailed { throw ExitCode(.badData) }
    }

    /// The guide on a screen: one line for each thing, the source's line in front.
    static func lines(of inspection: Inspection) -> [String] {
        var lines = ["\(inspection.file): \(inspection.title)"]
        lines.append(
            [
                Wording.count(inspection.bytes, "byte"), Wording.count(inspection.sections.count, "section"),
                Wording.count(inspection.steps.count, "step"), Wording.count(inspection.checklist.count, "item"),
                Wording.count(inspection.documents.count, "document"),
                Wording.count(inspection.findings.count, "finding"),
            ].joined(separator: ", "))
        if !inspection.steps.isEmpty { lines.append("steps") }
        for step in inspection.steps {
            let gaps = step.placeholders.isEmpty ? "" : ", to fill: \(step.placeholders.joined(separator: " "))"
            let state = step.refusal.map { ", never runs: \($0)" } ?? step.checkOf.map { ", checks \($0)" } ?? ""
            lines.append("\(number(step.line))  \(step.id) (\(step.language))\(gaps)\(state)")
        }
        if !inspection.checklist.isEmpty { lines.append("checklist") }
        for item in inspection.checklist {
            let indent = String(repeating: "  ", count: min(item.depth, 10) - 1)
            lines.append("\(number(item.line))  \(indent)[\(item.checked ? "x" : " ")] \(item.text)")
        }
        if !inspection.findings.isEmpty { lines.append("findings") }
        for finding in inspection.findings {
            lines.append("\(number(finding.line))  \(finding.severity) \(finding.rule): \(finding.message)")
        }
        return lines
    }

    private static func number(_ line: Int) -> String {
        let digits = String(line)
        return String(repeating: " ", count: max(0, 6 - digits.count)) + digits
    }
}

extension Problem {
    /// Says why a file can't be read: with `json` as data, in the file's place; otherwise as talk.
    func tell(of path: String, json isJSON: Bool) throws {
        if isJSON {
            try Output.data.json(["file": .string(path), "error": json])
        } else {
            try Output.talk.say("runbook: \(sentence.contains(path) ? "" : "\(path): ")\(sentence)")
        }
    }
}
