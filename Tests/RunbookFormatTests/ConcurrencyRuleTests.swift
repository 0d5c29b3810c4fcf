import Essentials
import Testing

@testable import RunbookFormat

@Suite struct ConcurrencyRuleTests {
    private func read(_ frontMatter: String) throws -> Guide {
        try Guide(parsing: Array("---\n\(frontMatter)\n---\n# A\n".utf8), name: "a")
    }

    @Test(arguments: [
        ("concurrency: 1", 1, ConcurrencyRule.Subject.runbook), ("concurrency: 12", 12, .runbook),
        ("concurrency: runbook", 1, .runbook), ("concurrency: {limit: 2}", 2, .runbook),
        ("concurrency: {of: runbook}", 1, .runbook), ("concurrency: {}", 1, .runbook),
        ("service: shop\nconcurrency: service", 1, .service), ("concurrency: service\nservice: shop", 1, .service),
        ("service: shop\nconcurrency: {limit: 3, of: service}", 3, .service),
        ("concurrency:\n  limit: 1000\n  of: ~", 1000, .runbook),
        ("concurrency: host", 1, .host), ("concurrency: {limit: 2, of: host}", 2, .host),
    ])
    func `it is a number, a word or a mapping`(text: String, limit: Int, subject: ConcurrencyRule.Subject) throws {
        let guide = try read(text)
        #expect(guide.findings == [])
        #expect(guide.metadata.concurrency == (try ConcurrencyRule(limit: limit, of: subject)))
    }

    @Test func `without it there is no limit`() throws {
        #expect(try read("concurrency: ~").metadata.concurrency == nil)
        #expect(try read("title: A").metadata.concurrency == nil)
    }

    @Test(arguments: [
        ("concurrency: 0", 2), ("concurrency: -1", 2), ("concurrency: 1001", 2), ("concurrency: 1.5", 2),
        ("concurrency: server", 2), ("concurrency: true", 2), ("concurrency: [1]", 2),
        ("title: A\nconcurrency: {limit: many}", 3), ("concurrency: {limit: 1, per: service}", 2),
        ("concurrency: {of: hosts}", 2), ("concurrency: {of: [service]}", 2),
        ("title: A\nconcurrency: service", 3), ("concurrency: {limit: 2, of: service}\nowner: x", 2),
    ])
    func `what can't be meant is an error at its line`(text: String, line: Int) throws {
        let guide = try read(text)
        #expect(guide.findings.map(\.rule) == [.invalidFrontMatter])
        #expect(guide.findings.map(\.line) == [line])
        #expect(guide.refusal != nil, "it is shown and not run")
    }
}
