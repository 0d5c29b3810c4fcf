import Testing

@testable import Runbooks

@Suite struct LineDifferenceTests {
    /// What is left of the new text when the changes are carried out on the old one.
    private func carriedOut(_ difference: LineDifference) -> [String] {
        var lines: [String] = []
        var next = 0
        for change in difference.changes {
            lines += (next..<change.old.lowerBound).map(difference.old.text)
            lines += change.new.map(difference.new.text)
            next = change.old.upperBound
        }
        return lines + (next..<difference.old.count).map(difference.old.text)
    }

    private func difference(_ old: String, _ new: String, effort: Int = LineDifference.usualEffort) -> LineDifference {
        LineDifference(from: Array(old.utf8), to: Array(new.utf8), effort: effort)
    }

    @Test(
        arguments: [
            ("", ""), ("", "a\nb"), ("a\nb\n", ""), ("a", "a\n"), ("a\nb\nc\n", "a\nx\nc\n"), ("a\nb\nc", "c\nb\na"),
            ("a\na\na\n", "a\na\n"), ("a\nb\na\nb\na\nb\n", "b\na\nb\na\n"), ("\n\n\n", "\n"),
            ("if x\nfi\nif y\nfi\n", "if x\nfi\nif z\nfi\nif y\nfi\n"),
        ])
    func `the changes lead from the old text to the new`(_ texts: (String, String)) {
        let difference = difference(texts.0, texts.1)
        #expect(carriedOut(difference) == (0..<difference.new.count).map(difference.new.text))
    }

    @Test func `a line that is inserted is the only change`() {
        let found = difference("one\ntwo\nthree\n", "one\ntwo\nand\nthree\n")
        #expect(found.changes == [.init(old: 2..<2, new: 2..<3)])
        #expect((found.added, found.removed) == (1, 0))
    }

    @Test func `made-up texts come out right with much effort and with none`() {
        var random = SystemRandomNumberGenerator()
        for effort in [0, 20, LineDifference.usualEffort] {
            for _ in 0..<200 {
                let lines = { (0..<Int.random(in: 0..<30, using: &random)).map { _ in String(Int.random(in: 0..<6)) } }
                let (old, new) = (lines(), lines())
                let found = difference(
                    old.joined(separator: "\n"), new.joined(separator: "\n"), effort: effort)
                #expect(carriedOut(found) == (0..<found.new.count).map(found.new.text), "\(old) \(new)")
                for (one, next) in zip(found.changes, found.changes.dropFirst()) {
                    #expect(one.old.upperBound < next.old.lowerBound || one.new.upperBound < next.new.lowerBound)
                }
            }
        }
    }

    @Test func `two spellings of one letter are two lines`() {
        #expect(difference("caf\u{E9}\n", "cafe\u{301}\n").removed == 1)
    }

    @Test func `texts that have nothing in common, and no line of their own, take no longer than reading them`() {
        // Every line stands many times in both: nothing holds them together, and the shortest way is 100,000 steps long.
        let old = (0..<100_000).map { $0 % 7 == 0 ? "a" : "b" }.joined(separator: "\n")
        let new = (0..<100_000).map { $0 % 5 == 0 ? "a" : "c" }.joined(separator: "\n")
        let clock = ContinuousClock()
        let took = clock.measure { #expect(difference(old, new).added > 0) }
        #expect(took < .seconds(30), "a debug build on a busy machine")
    }
}
