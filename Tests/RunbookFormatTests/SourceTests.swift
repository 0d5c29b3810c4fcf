import Essentials
import Testing

@testable import RunbookFormat

@Suite struct SourceTests {
    @Test func `a guide that is not UTF-8 is refused with the offset and line of the first wrong byte`() throws {
        let problem = try #require(refusal(of: Array("# A\n\nab".utf8) + [0xFF, 0x41]))
        #expect(problem.code == .invalid)
        #expect(problem.message.contains("offset 7"))
        #expect(problem.fields.first?.line == 3)
    }

    @Test func `a NUL byte is refused with its line`() throws {
        let problem = try #require(refusal(of: Array("# A\n".utf8) + [0x00]))
        #expect(problem.message.contains("NUL"))
        #expect(problem.fields.first?.line == 2)
    }

    @Test(arguments: ["", "\n\n", "  \t\r\n", "\u{FEFF}", "\u{FEFF}\n"])
    func `an empty guide is refused`(text: String) throws {
        #expect(try #require(refusal(of: text)).message.contains("empty"))
    }

    @Test func `a guide of 5 MB is read and one byte more is refused`() throws {
        let largest = [UInt8](repeating: 0x61, count: Guide.maximumBytes)
        #expect(refusal(of: largest) == nil)
        #expect(try #require(refusal(of: largest + [0x61])).message.contains("5000000"))
    }

    @Test func `the hash and length are those of the bytes as they came`() throws {
        let plain = try read("# A\n")
        let marked = try read("\u{FEFF}# A\r\n")
        #expect(marked.bytes == 8)
        #expect(marked.sha256 != plain.sha256)
        #expect(try read("abc").sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func `lines count and scripts end in line feeds whatever ends the source's lines`(end: String) throws {
        let guide = try read(
            ["\u{FEFF}# A", "", "```sh", "one", "two", "```", "- [ ] three", ""].joined(separator: end))
        let step = try #require(guide.steps.first)
        #expect(step.script == "one\ntwo\n")
        #expect((step.line, step.endLine) == (3, 6))
        #expect(guide.checklist.first?.line == 7)
        #expect(guide.sections.first?.title == "A")
    }

    @Test func `the title is the front matter's, else the first heading, else the name`() throws {
        #expect(try read("---\ntitle: One\n---\n# Two\n").title == "One")
        #expect(try read("text\n\n## Two *and* `three`\n").title == "Two and three")
        #expect(try read("text\n").title == "a-guide")
    }
}
