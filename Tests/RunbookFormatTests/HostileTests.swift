import Essentials
import RunbookFormat
import Testing

/// Input that nobody writes by hand. The claim is that it is answered, by a guide or a refusal, and that what holds for every
/// guide holds; that it is answered soon is for the bench, since a test must not depend on a machine's speed. What would be
/// quadratic takes minutes here, which shows.
@Suite struct HostileTests {
    @Test func `two thousand guides with changed bytes are read or refused`() throws {
        var random = Randomness(seed: 42)
        var read = 0
        for _ in 0..<2000 {
            var bytes = Array(GuideGenerator.guide(&random).utf8)
            if Bool.random(using: &random) {
                bytes = Array("---\ntitle: x\nparameters: {A: {type: integer, default: 1}}\n---\n".utf8) + bytes
            }
            mutate(&bytes, &random)
            do throws(Problem) {
                check(try Guide(parsing: bytes, name: "x"))
                read += 1
            } catch {
                #expect(error.code == .invalid)
                #expect(!error.message.isEmpty)
            }
        }
        #expect(read > 1000)
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout Randomness) {
        let signs = Array("[]()<>`~*_#-+>|!\\\"'{}$&:;= \t\n\r0x".utf8) + [0xC3, 0xFF, 0xE2, 0x80]
        for _ in 0..<Int.random(in: 0...12, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[index] = signs[Int.random(in: 0..<(signs.count - 4), using: &random)]
            case 1: bytes.remove(at: index)
            case 2: bytes.insert(signs[Int.random(in: 0..<signs.count, using: &random)], at: index)
            default: bytes += bytes[index...].prefix(40)
            }
        }
    }

    /// What holds for every guide.
    private func check(_ guide: Guide) {
        #expect(Set(guide.steps.map(\.id)).count == guide.steps.count)
        #expect(Set(guide.checklist.map(\.id)).count == guide.checklist.count)
        #expect(Set(guide.sections.map(\.slug)).count == guide.sections.count)
        let slugs = Set(guide.sections.map(\.slug) + [""])
        for step in guide.steps {
            #expect(!step.id.isEmpty && step.line >= 1 && step.endLine >= step.line && slugs.contains(step.section))
            #expect(step.scriptLines.count == step.script.utf8.count { $0 == 0x0A })
            #expect(step.scriptLines.allSatisfy { $0 > step.line && $0 <= step.endLine })
            #expect(step.placeholders.allSatisfy { $0.line > step.line && $0.line <= step.endLine })
        }
        #expect(guide.checklist.allSatisfy { $0.depth >= 1 && slugs.contains($0.section) })
        #expect(guide.findings.allSatisfy { $0.line >= 1 && !$0.message.isEmpty })
        let parts = guide.rendered()
        #expect(parts.count { if case .step = $0 { true } else { false } } == guide.steps.count)
        #expect(parts.count { if case .item = $0 { true } else { false } } == guide.checklist.count)
    }

    @Test(arguments: [
        ("one long line", "a", 1_900_000), ("opening brackets", "[", 200_000), ("pictures", "![", 100_000),
        ("stars", "*a ", 100_000),
        ("backticks", "`a``", 100_000), ("tags", "<a ", 100_000), ("addresses", "http://a.b ", 30_000),
        ("at signs", "a@", 200_000), ("www", "www.", 200_000),
        ("entities", "&a", 100_000), ("tables", "a\n-|-\n", 20_000), ("pipes", "|", 200_000),
        ("delimiters", "-|\n", 60_000), ("definitions", "[a]: b\n", 40_000),
        ("quotes", "> ", 40_000), ("items in items", "- ", 40_000), ("blank quotes", ">\n", 50_000),
    ])
    func `patterns that parsers fall for are answered`(name: String, pattern: String, count: Int) {
        answer(String(repeating: pattern, count: count) + "\n")
    }

    @Test(arguments: [
        ("quotes", "echo \"", 30_000), ("substitutions", "$(", 50_000), ("braces", "${", 50_000),
        ("here-documents", "cat <<E\n", 5_000),
        ("backticks", "`a ", 50_000), ("parentheses", "((", 50_000), ("gaps", "<a-b>", 5_000), ("pipes", "a|", 20_000),
    ])
    func `scripts that lexers fall for are answered`(name: String, pattern: String, count: Int) {
        answer("```sh\n" + String(repeating: pattern, count: count) + "\n```\n")
        answer("```console\n$ " + String(repeating: pattern, count: count) + "\n```\n")
    }

    private func answer(_ text: String) {
        do throws(Problem) {
            let guide = try read(text)
            #expect(!guide.rendered().isEmpty)
        } catch {
            #expect(error.code == .invalid)
        }
    }

    @Test func `a hundred thousand items are read`() throws {
        let guide = try read("# A\n\n" + String(repeating: "- [ ] item\n", count: 100_000))
        #expect(guide.checklist.count == 100_000)
        #expect(guide.checklist.last?.id == "a.item-100000")
    }

    @Test func `ten thousand levels of lists and quotes are read`() throws {
        #expect(try read(String(repeating: ">", count: 10_000) + " - [ ] x\n").checklist.map(\.text) == ["x"])
        #expect(try read(String(repeating: "- ", count: 10_000) + "[ ] x\n").checklist.map(\.text) == ["x"])
    }

    @Test func `a table that would take gigabytes is shown as text, with a finding`() throws {
        let wide =
            String(repeating: "|a", count: 2000) + "\n" + String(repeating: "|-", count: 2000) + "\n"
            + String(repeating: "|a\n", count: 2000)
        let guide = try read("# A\n\n\(wide)")
        #expect(guide.rules() == ["wide-table"])
        #expect(guide.findings.first?.line == 3)
        #expect(!guide.html.contains("<table"))
        #expect(try read("| a | b |\n|---|---|\n" + String(repeating: "| 1 | 2 |\n", count: 5000)).rules().isEmpty)
    }

    @Test func `a link definition that would be copied into gigabytes is refused with its line`() throws {
        let long = String(repeating: "u", count: 100_000)
        let problem = try #require(refusal(of: "# A\n\n[a]: \(long)\n\n" + String(repeating: "[a] ", count: 100_000)))
        #expect(problem.fields.first?.line == 3)
        let title = "[a]: u \"" + String(repeating: "x\n[b]: c\n", count: 20_000) + "\"\n\n"
        #expect(refusal(of: title + String(repeating: "[a] ", count: 100_000)) != nil)
        #expect(refusal(of: "[a]: \(long)\n\n" + String(repeating: "[a] ", count: 100)) == nil)
        #expect(
            refusal(
                of: (0..<500).map { "[a\($0)]: http://example.org/\($0)\n" }.joined() + "\n"
                    + String(repeating: "[a1] ", count: 5000)) == nil)
    }
}
