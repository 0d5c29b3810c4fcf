import Essentials
import RunbookFormat
import Testing

@testable import Executions

/// What becomes of a run's steps where some run once for each value of a list.
@Suite struct RepetitionTests {
    private func repetition(
        _ fences: [String], order: [String: [String]]? = nil, parameters: [String: String] = [:],
        unknown: Set<String> = []
    ) throws -> Repetition {
        let source = fences.map { "```sh {\($0)}\ntrue\n```\n" }.joined(separator: "\n")
        let guide = try Guide(parsing: Array(source.utf8), name: "a")
        return Repetition(guide.steps, order, parameters: parameters, unknown: unknown)
    }

    @Test func `one runs after the other in its place, and nothing else changes`() throws {
        let plain = try repetition(["name=a", "name=b"])
        #expect(plain.steps.map(\.id) == ["a", "b"] && plain.comesAfter == nil)
        let repeated = try repetition(
            ["name=a", "name=b foreach=hosts", "name=c"], parameters: ["hosts": "web1\nweb2"])
        #expect(repeated.steps.map(\.id) == ["a", "b@web1", "b@web2", "c"])
        #expect(repeated.comesAfter == nil && repeated.faults.isEmpty)
    }

    @Test func `so many at once run in lanes, and what follows waits for all of them`() throws {
        let repeated = try repetition(["name=a", #"name=b foreach="p,q,r,s,t" at-once=2"#, "name=c"])
        #expect(
            repeated.comesAfter == [
                "a": [], "b@p": ["a"], "b@q": ["a"], "b@r": ["b@p"], "b@s": ["b@q"], "b@t": ["b@r"],
                "c": ["b@s", "b@t"],
            ])
        let few = try repetition([#"name=b foreach="p,q" at-once=8"#, "name=c"])
        #expect(few.comesAfter == ["b@p": [], "b@q": [], "c": ["b@p", "b@q"]])
    }

    @Test func `a graph keeps its order`() throws {
        let repeated = try repetition(
            ["name=a", #"name=b foreach="p,q""#, "name=c needs=a", #"name=d needs="b,c""#],
            order: ["a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]])
        #expect(
            repeated.comesAfter == ["a": [], "b@p": ["a"], "b@q": ["b@p"], "c": ["a"], "d": ["b@q", "c"]])
    }

    @Test func `what no step runs for is a fault, and a list that comes later stays a list`() throws {
        let many = (1...101).map { "h\($0)" }.joined(separator: ",")
        for (text, words) in [("", "the list is empty"), (many, "has 101 values"), ("a,a", "twice")] {
            let repeated = try repetition(["name=b foreach=hosts"], parameters: ["hosts": text])
            #expect(repeated.faults.first?.message.contains(words) == true, "\(text)")
        }
        let later = try repetition(["name=b foreach=hosts"], unknown: ["hosts"])
        #expect(later.steps.map(\.id) == ["b"] && later.faults.isEmpty)
        let hundred = (1...100).map { "h\($0)" }.joined(separator: ",")
        let lists = try repetition((1...11).map { "name=b\($0) foreach=hosts" }, parameters: ["hosts": hundred])
        #expect(lists.faults.first?.message == "the run would have 1100 steps, and may have 1000")
    }
}
