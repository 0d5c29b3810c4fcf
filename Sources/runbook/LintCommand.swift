import API
import ArgumentParser
import Essentials
import Foundation
import Processes
import RunbookFormat
import Server

struct LintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Says what in Markdown files will surprise somebody.",
        discussion: """
            Ends with 1 when there is an error among the findings, and with 65 when a file can't be read. A comment in the file \
            takes findings back: <!-- runbook: allow sudo --> those of the block or line after it, and above the first heading \
            those of the whole file. Where shellcheck is installed, what it says of the steps is told too. The rules \
            missing-program and broken-link look at this machine; the server does not know them. Of a folder it is told too \
            when nothing in it is what "rollback" names.

              runbook lint guides/ --disable sudo,missing-program
              runbook lint --json --rule placeholder deploy.md

            The rules: \(Finding.Rule.allCases.map(\.rawValue).joined(separator: ", ")).
            """)

    /// What `--json` prints for a file.
    private struct Report: Encodable {
        let file: String
        let findings: [Inspection.Finding]
    }

    @OptionGroup var format: FormatOptions

    @Option(
        help: ArgumentHelp("Tell these rules alone, with commas between them.", valueName: "rules"),
        transform: Self.rules)
    var rule: [[Finding.Rule]] = []

    @Option(help: ArgumentHelp("Do not tell these rules.", valueName: "rules"), transform: Self.rules)
    var disable: [[Finding.Rule]] = []

    @Argument(help: ArgumentHelp("Markdown files, or folders of them.", valueName: "file"))
    var files: [String]

    func run() throws {
        let told = Set(rule.isEmpty ? Finding.Rule.allCases : rule.flatMap(\.self)).subtracting(disable.joined())
        let environment = ProcessInfo.processInfo.environment
        let surroundings = Surroundings(path: SearchPath(environment["PATH"] ?? ""))
        var hasFailed = false
        var hasErrors = false
        try GuideReading.each(of: files) { reading in
            switch reading.guide {
            case .success(let guide):
                let findings = try surroundings.findings(
                    of: guide, file: reading.path, beside: reading.neighbours, told)
                hasErrors = hasErrors || findings.contains { $0.severity == .error }
                try tell(findings, of: reading.path)
            case .failure(let problem):
                hasFailed = true
                try problem.tell(of: reading.path, json: format.json)
            }
        }
        if hasFailed { throw ExitCode(.badData) }
        if hasErrors { throw ExitCode(.failed) }
    }

    private static func rules(_ list: String) throws -> [Finding.Rule] {
        try list.split(separator: ",").map { name in
            guard let rule = Finding.Rule(rawValue: String(name)) else {
                throw ValidationError("there is no rule \"\(name.prefix(60))\": runbook lint --help lists them")
            }
            return rule
        }
    }

    private func tell(_ findings: [Finding], of path: String) throws {
        if format.json {
            return try Output.data.json(Report(file: path, findings: findings.map(Inspection.Finding.init)))
        }
        for finding in findings {
            let what = "\(finding.severity) \(finding.rule.rawValue) \(finding.message)"
            try Output.data.say("\(path):\(finding.line): \(what)")
        }
    }
}
