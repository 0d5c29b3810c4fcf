import Foundation
import RunbookFormat
import Testing

/// Runbook's reading of task items against that of another parser, in another language.
@Suite struct IndependentChecklistTests {
    private struct Item: Codable, Equatable {
        let line: Int
        let text: String
        let checked: Bool
        let depth: Int

        init(_ item: RunbookFormat.Item) {
            line = item.line
            text = item.text
            checked = item.isChecked
            depth = item.depth
        }

        /// markdown-it keeps a line's indent in a code span that goes over several lines; CommonMark takes it off.
        static func == (a: Item, b: Item) -> Bool {
            (a.line, a.checked, a.depth) == (b.line, b.checked, b.depth)
                && a.text.split(separator: " ") == b.text.split(separator: " ")
        }
    }

    @Test func `generated guides have the items that markdown-it finds`() throws {
        var random = Randomness(seed: 20_260_119)
        let guides = (0..<2000).map { _ in GuideGenerator.guide(&random) }
        try compare(guides)
    }

    @Test(.enabled(if: !Defects.seeds.isEmpty, "the five guides are not there; name their folder in RUNBOOK_SEEDS"))
    func `the five guides have the items that markdown-it finds, 91 in all`() throws {
        let guides = try Defects.seeds.map { try String(contentsOf: URL(filePath: $0), encoding: .utf8) }
        #expect(try guides.map { try read($0).checklist.count } == [18, 0, 66, 7, 0])
        try compare(guides)
    }

    private func compare(_ guides: [String]) throws {
        let theirs: [[Item]] = try IndependentParser.read(guides, by: "checklist.py")
        var total = 0
        for (guide, items) in zip(guides, theirs) {
            let ours = try read(guide).checklist.map(Item.init)
            total += ours.count
            #expect(ours == items, "in the guide:\n\(guide)")
        }
        #expect(total > 50)
    }
}
