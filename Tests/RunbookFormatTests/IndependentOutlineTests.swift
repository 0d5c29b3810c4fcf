import Foundation
import Testing

@testable import RunbookFormat

/// Runbook's reading of fences and headings against that of another parser, in another language.
@Suite struct IndependentOutlineTests {
    private struct Outline: Decodable {
        struct Fence: Decodable, Equatable {
            let line: Int
            let language: String
            let content: String
        }
        struct Heading: Decodable, Equatable {
            let line: Int
            let level: Int
            let text: String

            /// markdown-it keeps blanks that CommonMark takes off.
            static func == (a: Heading, b: Heading) -> Bool {
                (a.line, a.level) == (b.line, b.level) && a.text.split(separator: " ") == b.text.split(separator: " ")
            }
        }
        let fences: [Fence]
        let headings: [Heading]
    }

    @Test func `generated guides have the fences and headings that markdown-it finds`() throws {
        var random = Randomness(seed: 20_261_123)
        let scripts = try compare((0..<2000).map { _ in GuideGenerator.guide(&random) })
        #expect(scripts > 200)
    }

    @Test func `the guides that come with the source have them`() throws {
        #expect(try compare(Defects.ownGuides() + [Defects.guide]) > 5)
    }

    @Test(.enabled(if: !Defects.seeds.isEmpty, "name the folder of the five guides in RUNBOOK_SEEDS"))
    func `the five guides have them`() throws {
        let scripts = try compare(try Defects.seeds.map { try String(contentsOf: URL(filePath: $0), encoding: .utf8) })
        #expect(scripts == 47)
    }

    /// - Returns: the number of scripts without prompts, whose bytes were compared too.
    private func compare(_ guides: [String]) throws -> Int {
        let theirs: [Outline] = try IndependentParser.read(guides, by: "outline.py")
        var scripts = 0
        for (text, outline) in zip(guides, theirs) {
            let guide = try read(text)
            let headings = guide.sections.map { Outline.Heading(line: $0.line, level: $0.level, text: $0.title) }
            #expect(headings == outline.headings, "in the guide:\n\(text)")
            let fences =
                (guide.steps.map { ($0.line, $0.language) } + guide.documents.map { ($0.line, $0.language) })
                .sorted { $0.0 < $1.0 }
            #expect(fences.map(\.0) == outline.fences.map(\.line), "in the guide:\n\(text)")
            #expect(fences.map(\.1) == outline.fences.map(\.language), "in the guide:\n\(text)")
            for step in guide.steps {
                let content = outline.fences.first { $0.line == step.line }?.content
                // Where prompts were, less is left; those are for tests by hand.
                guard let content, step.scriptLines.count == content.count(where: { $0 == "\n" }) else { continue }
                guard !content.contains("$ ") else { continue }
                scripts += 1
                #expect(step.script == content, "in the guide:\n\(text)")
            }
        }
        return scripts
    }
}
