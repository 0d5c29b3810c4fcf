import Foundation
import Testing

@testable import RunbookFormat

/// The same guide in another form is the same model, but for bytes, hash, lines, depth, boxes and the findings about them.
@Suite struct MetamorphicTests {
    /// What must not change, as lines that a failure can show.
    private func model(_ guide: Guide) -> [String] {
        var lines = ["title \(guide.title)"]
        lines += guide.sections.map { "section \($0.slug) \($0.title) \($0.level) \($0.parent ?? "-")" }
        for step in guide.steps {
            let attributes = step.attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            lines.append("step \(step.id) \(step.section) \(step.language) \(step.kind) \(attributes)")
            lines.append("  \(step.settings) \(step.interpreter) \(step.refusal ?? "-") \(step.checkOf ?? "-")")
            lines.append("  \(step.isLeftOutOfWholeRun) \(step.isDoubtful) \(step.placeholders.map(\.text))")
            lines.append("  \(step.exports.map { "\($0.name)=\($0.value) \($0.line - step.line)" })")
            lines.append("  \(step.script.debugDescription) \(step.scriptLines.map { $0 - step.line })")
        }
        lines += guide.checklist.map { "item \($0.id) \($0.section) \($0.text) \($0.check ?? "-")" }
        lines += guide.documents.map { "document \($0.language)" }
        lines += guide.links.map { "link \($0.path)" }
        // In a line of several findings their order is the source's.
        lines += guide.findings.filter { $0.rule != .preTickedBox }.map { "finding \($0.rule) \($0.message)" }
        return lines
    }

    private func expectSame(_ changed: String, as guide: Guide, _ how: String) throws {
        #expect(try model(read(changed)) == model(guide), "\(how):\n\(changed)")
    }

    /// - Returns: whether the guide could be put into a list.
    @discardableResult
    private func check(_ text: String) throws -> Bool {
        let guide = try read(text)
        try expectSame(text.replacing("\n", with: "\r\n"), as: guide, "CRLF")
        try expectSame("\u{FEFF}" + text, as: guide, "a byte order mark")
        let ticked = Dictionary(guide.checklist.map { ($0.id, true) }) { first, _ in first }
        try expectSame(
            String(decoding: guide.source(Array(text.utf8), ticked: ticked), as: UTF8.self), as: guide,
            "every box ticked")
        if !guide.findings.contains(where: { $0.rule == .unclosedFence }), !text.contains("~~~\n") {
            try expectSame(withTildes(text, guide), as: guide, "tildes")
        }
        // Front matter stands at the top or not at all, and so does what is allowed for the whole guide.
        guard !text.hasPrefix("---"), !text.contains("runbook: allow"), !text.contains("\t") else { return false }
        let indented = text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "  \($0)" }
        let title = guide.sections.isEmpty ? "" : guide.title
        let inList = try read("- \(title.isEmpty ? "a-guide" : "outer")\n\n\(indented.joined(separator: "\n"))")
        #expect(model(inList) == model(guide), "in a list:\n\(text)")
        return true
    }

    private func withTildes(_ text: String, _ guide: Guide) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for number in guide.steps.map(\.line) + guide.documents.map(\.line) {
            guard let run = lines[number - 1].firstRange(of: #/```+/#) else { continue }
            let mark = String(lines[number - 1][run])
            lines[number - 1].replaceSubrange(run, with: String(repeating: "~", count: mark.count))
            let end = lines[number...].firstIndex { line in
                let rest = line.drop { " >".contains($0) }
                return rest.hasPrefix(mark) && rest.allSatisfy { $0 == "`" || $0 == " " }
            }
            if let end { lines[end] = lines[end].replacing("`", with: "~") }
        }
        return lines.joined(separator: "\n")
    }

    @Test func `generated guides`() throws {
        var random = Randomness(seed: 20_261_122)
        var listed = 0
        for _ in 0..<400 { listed += try check(GuideGenerator.guide(&random)) ? 1 : 0 }
        #expect(listed > 200)
    }

    @Test func `a guide with a finding of many kinds`() throws {
        try check(Defects.guide)
        try check(Defects.guide.replacing("# Orders in production", with: "---\ntitle: x\n---\n# Orders in production"))
    }

    @Test func `the guides that come with the source, without a finding`() throws {
        for text in try Defects.ownGuides() {
            try check(text)
            #expect(try read(text).findings.isEmpty)
        }
    }

    @Test(.enabled(if: !Defects.seeds.isEmpty, "name the folder of the five guides in RUNBOOK_SEEDS"))
    func `the five guides`() throws {
        for path in Defects.seeds { try check(String(contentsOf: URL(filePath: path), encoding: .utf8)) }
    }
}
