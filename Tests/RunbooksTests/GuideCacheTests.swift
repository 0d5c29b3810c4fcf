import RunbookFormat
import Testing

@testable import Runbooks

@Suite struct GuideCacheTests {
    private func guide(_ words: Int) throws -> Guide {
        let text = "# A\n\n" + String(repeating: "word ", count: words)
        return try Guide(parsing: Array(text.utf8), name: "a", layingOut: true)
    }

    @Test func `it holds as many bytes as it may, and the first go first`() throws {
        let small = try guide(100)
        let cache = GuideCache(maximumBytes: small.footprint * 3)
        for number in 1...4 { cache.keep(small, "v\(number)", "a") }
        #expect(cache.find("v1", "a") == nil)
        #expect((2...4).allSatisfy { cache.find("v\($0)", "a") != nil })
        cache.keep(small, "v2", "a")
        #expect(cache.find("v3", "a") != nil, "what is there already makes nothing go")
        #expect(cache.find("v2", "b") == nil, "a title may be the name, so that a guide goes by both")
    }

    @Test func `one that is larger than all of it stands alone until the next comes`() throws {
        let (small, large) = (try guide(10), try guide(100_000))
        let cache = GuideCache(maximumBytes: small.footprint * 2)
        cache.keep(small, "small", "a")
        cache.keep(large, "large", "a")
        #expect(cache.find("large", "a") != nil && cache.find("small", "a") == nil)
        cache.keep(small, "small", "a")
        #expect(cache.find("large", "a") == nil && cache.find("small", "a") != nil)
    }

    @Test func `what a guide takes grows with its text and what it is laid out to`() throws {
        let text = Array("# A\n\nMany words.\n".utf8)
        let (read, shown) = (try Guide(parsing: text, name: "a"), try Guide(parsing: text, name: "a", layingOut: true))
        #expect(shown.footprint > read.footprint)
        #expect(try guide(1000).footprint > guide(100).footprint + 900 * 5)
    }
}
