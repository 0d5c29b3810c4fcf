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

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()

    private static let seeds: [URL] = {
        let root = folder.deletingLastPathComponent().deletingLastPathComponent()
        let path = ProcessInfo.processInfo.environment["RUNBOOK_SEEDS"] ?? root.appending(path: "../shared/seeds").path
        let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".txt") }.sorted().map { URL(filePath: path).appending(path: $0) }
    }()

    @Test func `generated guides have the items that markdown-it finds`() throws {
        var random = Randomness(seed: 20_260_119)
        let guides = (0..<2000).map { _ in GuideGenerator.guide(&random) }
        try compare(guides)
    }

    @Test(.enabled(if: !seeds.isEmpty, "the five guides are not there; name their folder in RUNBOOK_SEEDS"))
    func `the five guides have the items that markdown-it finds, 91 in all`() throws {
        let guides = try Self.seeds.map { try String(contentsOf: $0, encoding: .utf8) }
        #expect(try guides.map { try read($0).checklist.count } == [18, 0, 66, 7, 0])
        try compare(guides)
    }

    private func compare(_ guides: [String]) throws {
        let theirs = try independent(guides)
        try #require(theirs.count == guides.count)
        var total = 0
        for (guide, items) in zip(guides, theirs) {
            let ours = try read(guide).checklist.map(Item.init)
            total += ours.count
            #expect(ours == items, "in the guide:\n\(guide)")
        }
        #expect(total > 50)
    }

    private func independent(_ guides: [String]) throws -> [[Item]] {
        try IndependentPython.answer(of: "checklist.py", to: guides)
    }
}
