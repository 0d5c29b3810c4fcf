import API
import ArgumentParser
import Essentials
import RunbookFormat
import Server

struct LintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Says what in Markdown files will surprise somebody.",
        discussion: "Ends with 1 when there is an error among the findings, and with 65 when a file can't be read.")

    /// What `--json` prints for a file.
    private struct Report: Encodable {
        let file: String
        let findings: [Inspection.Finding]
    }

    @OptionGroup var format: FormatOptions

    @Argument(help: ArgumentHelp("Markdown files, or folders of them.", valueName: "file"))
    var files: [String]

    func run() throws {
        var hasFailed = false
        var hasErrors = false
        try GuideReading.each(of: files) { reading in
            switch reading.guide {
            case .success(let guide):
                let findings = Inspection(guide: guide, file: reading.path).findings
                hasErrors = hasErrors || findings.contains { $0.severity == "error" }
                if format.json { return try Output.data.json(Report(file: reading.path, findings: findings)) }
                for finding in findings {
                    let place = "\(reading.path):\(finding.line)"
                    try Output.data.say("\(place): \(finding.severity) \(finding.rule) \(finding.message)")
                }
            case .failure(let problem):
                hasFailed = true
                try problem.tell(of: reading.path, json: format.json)
            }
        }
        if hasFailed { throw ExitCode(.badData) }
        if hasErrors { throw ExitCode(.failed) }
    }
}
