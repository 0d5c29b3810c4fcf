import RunbookFormat
import Testing

@Suite struct PatternTests {
    @Test(arguments: [
        ("abc", "abc", true), ("abc", "abcd", false), ("^abc$", "abc", true), ("a|bc", "bc", true),
        ("a|bc", "ac", false),
        ("(a|b)c", "bc", true), ("(?:a|b)+", "abab", true), ("a*", "", true), ("a+", "", false), ("ab?c", "ac", true),
        ("a{2}", "aa", true), ("a{2}", "aaa", false), ("a{2,}", "aaaa", true), ("a{1,3}", "aaaa", false),
        ("[a-c]+", "abcabc", true),
        ("[^a-c]", "d", true), ("[^a-c]", "b", false), (#"\d+\.\d+"#, "1.25", true), (#"\d+\.\d+"#, "1x25", false),
        (#"[\w.-]+@[\w.-]+"#, "a.b@c-d.e", true), (#"\S+"#, "a b", false), ("[]a]+", "]a", true),
        ("[a-]+", "a-a", true),
        (".", "\n", false), ("ş.", "şx", true), (#"\$\{x\}"#, "${x}", true), ("a{1,2}?", "aa", true), ("", "", true),
        ("", "a", false),
        ("x{0}", "", true), ("(a*)*", "aaaa", true),
    ])
    func `a pattern is matched against the whole value`(pattern: String, value: String, expected: Bool) throws {
        #expect(try Pattern(pattern).matches(value) == expected)
    }

    @Test(arguments: [
        "(", ")", "a)", "[", "[a", "*", "a**", "a{", "a{x}", "a{3,2}", "a{2000}", "(?=a)", #"\b"#, #"\1"#, "a^b", "a$b",
        "[z-a]", "\\",
    ])
    func `what can't be read is refused with a reason`(pattern: String) {
        #expect(throws: Pattern.Fault.self) { try Pattern(pattern) }
    }

    @Test func `a pattern whose program would be too large is refused`() {
        #expect(throws: Pattern.Fault.self) { try Pattern("((a{100}){100}){100}") }
    }

    /// Where an engine that goes back would take longer than the universe has.
    @Test func `nested repetitions take time proportional to the value`() throws {
        let value = String(repeating: "a", count: Pattern.maximumInput - 1) + "b"
        #expect(try Pattern("(a+)+").matches(value) == false)
        #expect(try Pattern("(a|aa)+").matches(value) == false)
        #expect(try Pattern("(.*)*c").matches(value) == false)
    }
}
