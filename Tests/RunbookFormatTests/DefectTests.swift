import Foundation
import RunbookFormat
import Testing

/// The defects that a lint is for: found where they are, and hardly anything else.
@Suite struct DefectTests {
    @Test func `a guide of our own with every defect has these findings and no others`() throws {
        var expected: [String] = []
        for (index, line) in Defects.guide.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let marked = line.firstRange(of: "#= ").map {
                line[$0.upperBound...].split(separator: " ").map(String.init)
            }
            let rules = marked ?? Defects.unmarked[String(line)] ?? []
            expected += rules.map { "\(index + 1) \($0)" }
        }
        #expect(try read(Defects.guide).findings.map { "\($0.line) \($0.rule.rawValue)" } == expected)
    }

    @Test func `the guides that come with the source are clean`() throws {
        let guides = try Defects.ownGuides()
        #expect(guides.count > 1)
        for text in guides { #expect(try read(text).findings == []) }
    }

    private func seed(_ number: Int) throws -> Guide {
        try Guide(parsing: Array(Data(contentsOf: URL(filePath: Defects.seeds[number]))), name: "seed")
    }

    /// A row of the table of defects: the rule, the guide and the lines.
    struct Row: Sendable, CustomTestStringConvertible {
        let rule: Finding.Rule
        let guide: Int
        let lines: [Int]
        var testDescription: String { "\(rule.rawValue) in guide \(guide)" }
    }

    @Test(
        .enabled(if: Defects.seeds.count == 5, "name the folder of the five guides in RUNBOOK_SEEDS"),
        arguments: [
            Row(rule: .endlessCommand, guide: 0, lines: [172, 622, 631]),
            Row(rule: .endlessCommand, guide: 1, lines: [126, 132]), Row(rule: .endlessCommand, guide: 2, lines: [356]),
            Row(rule: .endlessCommand, guide: 3, lines: [90, 93, 97, 101, 112, 126, 326, 329, 332, 361]),
            Row(rule: .interactiveCommand, guide: 0, lines: [640]),
            Row(rule: .interactiveCommand, guide: 1, lines: [47, 77, 147, 261, 280]),
            Row(rule: .interactiveCommand, guide: 2, lines: [343]), Row(rule: .editor, guide: 1, lines: [147, 280]),
            Row(rule: .destructiveCommand, guide: 0, lines: [643]),
            Row(rule: .destructiveCommand, guide: 1, lines: [270]),
            Row(rule: .destructiveCommand, guide: 2, lines: [374]),
            Row(rule: .destructiveCommand, guide: 4, lines: [448]),
            Row(rule: .floatingTag, guide: 0, lines: [334, 335, 336]),
            Row(rule: .disagreeingTags, guide: 0, lines: [334]),
            Row(rule: .floatingTag, guide: 1, lines: [83, 84]), Row(rule: .defaultCredentials, guide: 1, lines: [134]),
            Row(rule: .secretInArguments, guide: 1, lines: [62, 63, 64, 65, 66]),
            Row(rule: .secretInArguments, guide: 2, lines: [350]),
            Row(rule: .secretInArguments, guide: 3, lines: [372]),
            Row(rule: .placeholder, guide: 0, lines: [35, 65, 66]),
            Row(rule: .undefinedVariable, guide: 0, lines: [335]),
            Row(rule: .placeholder, guide: 1, lines: [47, 50, 50, 66, 83, 84, 89, 90, 106, 246, 249, 280]),
            Row(rule: .placeholder, guide: 3, lines: [195, 200, 296]), Row(rule: .placeholder, guide: 4, lines: [445]),
            Row(rule: .thresholdWithoutWindow, guide: 1, lines: [219, 220, 221, 222, 223]),
            Row(rule: .thresholdWithoutWindow, guide: 2, lines: [221, 222, 223, 224, 225]),
            Row(rule: .rollbackWithoutVerification, guide: 4, lines: [445]),
            Row(
                rule: .preTickedBox, guide: 4,
                lines: Array(140...144) + Array(147...151) + Array(154...158) + Array(161...165)),
        ])
    func `every defect of the five guides is found at its line`(row: Row) throws {
        let found = try seed(row.guide).findings.filter { $0.rule == row.rule }
        #expect(found.map(\.line) == row.lines)
    }

    /// The share of false alarms is in the README; whoever changes these numbers reads the findings again.
    @Test(.enabled(if: Defects.seeds.count == 5, "name the folder of the five guides in RUNBOOK_SEEDS"))
    func `the five guides have so many findings of each rule`() throws {
        var counts: [String: Int] = [:]
        for number in 0..<5 {
            for finding in try seed(number).findings { counts[finding.rule.rawValue, default: 0] += 1 }
        }
        #expect(
            counts == [
                "default-credentials": 1, "destructive-command": 4, "disagreeing-tags": 1, "editor": 2,
                "endless-command": 16,
                "floating-tag": 5,
                "interactive-command": 7, "placeholder": 20, "pre-ticked-box": 21, "rollback-without-verification": 1,
                "secret-in-arguments": 7, "threshold-without-window": 10, "undefined-variable": 1,
                "unsupported-shell": 1,
                "wait-without-timeout": 1,
            ])
    }

    @Test(.enabled(if: Defects.seeds.count == 5, "name the folder of the five guides in RUNBOOK_SEEDS"))
    func `the files that a guide of the five links to are known`() throws {
        #expect(try seed(4).links.count == 16)
    }
}
