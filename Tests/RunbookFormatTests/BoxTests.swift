import RunbookFormat
import Testing

/// A guide with its boxes as a checklist has them: one byte for each, and no other.
@Suite struct BoxTests {
    private func ticked(_ source: [UInt8], _ isTicked: (Item) -> Bool) throws -> [UInt8] {
        let guide = try Guide(parsing: source, name: "a-guide")
        let boxes = guide.checklist.map { ($0.id, isTicked($0)) }
        return guide.source(source, ticked: Dictionary(boxes) { first, _ in first })
    }

    @Test(arguments: [
        "- [ ] a\n", "* [ ] a", "1. [ ] a\r\n2. [ ] b\r\n", "> - [ ] a\n>   - [ ] b\n", "- - [ ] a\n", "- [ ]\ta\n",
        "-\n  [ ] a\n", "-   [ ]   a [ ] b\n", "\u{FEFF}- [ ] a\r- [ ] b\r", "---\ntitle: \"[ ] x\"\n---\n\n- [ ] a\n",
        "- [ ] ä 日本 [ ]\n\n  more [ ]\n\n  - [ ] b\n", "```\n- [ ] no\n```\n- [ ] a\n",
        "- [ ] a\n  | b | c |\n  |---|---|\n  | 1 | [ ] |\n",
        "10. [ ] a\n", "- [r]: /u\n  [ ] a\n",
    ])
    func `ticking every box changes its byte alone, and opening it again gives the source back`(text: String) throws {
        let source = Array(text.utf8)
        let count = try Guide(parsing: source, name: "a-guide").checklist.count
        try #require(count > 0 || text.hasPrefix("- [r]"))
        let all = try ticked(source) { _ in true }
        let changed = source.indices.filter { source[$0] != all[$0] }
        #expect(all.count == source.count)
        #expect(changed.count == count)
        for index in changed {
            #expect(source[index - 1..<index + 2].elementsEqual("[ ]".utf8))
            #expect(all[index] == UInt8(ascii: "x"))
        }
        #expect(try ticked(all) { _ in false } == source)
        let reread = try Guide(parsing: all, name: "a-guide")
        #expect(reread.checklist.allSatisfy { $0.isChecked })
    }

    @Test func `a box that is as it should be keeps its letter`() throws {
        let source = Array("- [X] a\n- [x] b\n- [ ] c\n".utf8)
        #expect(try ticked(source) { _ in true } == Array("- [X] a\n- [x] b\n- [x] c\n".utf8))
        #expect(try ticked(source) { $0.text == "b" } == Array("- [ ] a\n- [x] b\n- [ ] c\n".utf8))
    }

    @Test func `made-up guides keep every byte but those of their boxes`() throws {
        var randomness = Randomness(seed: 20_261_121)
        for _ in 0..<200 {
            let source = Array(GuideGenerator.guide(&randomness).utf8)
            let guide = try Guide(parsing: source, name: "a-guide")
            let all = try ticked(source) { _ in true }
            let changed = source.indices.filter { source[$0] != all[$0] }
            let text = String(decoding: source, as: UTF8.self)
            #expect(changed.count == guide.checklist.count { !$0.isChecked }, "\(text)")
            #expect(try Guide(parsing: all, name: "a-guide").checklist.allSatisfy { $0.isChecked }, "\(text)")
        }
    }

    @Test func `a section has its own items and those of the sections in it`() throws {
        let guide = try read("- [ ] a\n# One\n- [ ] b\n## Two\n- [ ] c\n# Three\n- [ ] d (optional)\n")
        #expect(guide.items(within: nil)?.map(\.text) == ["a", "b", "c", "d (optional)"])
        #expect(guide.items(within: "one")?.map(\.text) == ["b", "c"])
        #expect(guide.items(within: "none") == nil)
        #expect(guide.checklist.map(\.isRequired) == [true, true, true, false])
    }
}
