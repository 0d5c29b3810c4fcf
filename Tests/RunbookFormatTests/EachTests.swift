import Essentials
import Testing

@testable import RunbookFormat

/// Steps that run once for each value of a list.
@Suite struct EachTests {
    private func each(_ attributes: String) throws -> Each? {
        try #require(try onlyStep("sh {name=x \(attributes)}", "true")).settings.each
    }

    @Test func `a list is a parameter's or stands there, and its value may have a name`() throws {
        #expect(try each("foreach=hosts")?.source == .parameter("hosts"))
        #expect(try each("foreach=\"a,b,c\"")?.source == .values(["a", "b", "c"]))
        #expect(try each("foreach=\"a b, c\"")?.source == .values(["a b", "c"]))
        let named = try each("foreach=\"host in hosts\" at-once=3")
        #expect(named?.source == .parameter("hosts") && named?.variable == "host" && named?.atOnce == 3)
        #expect(try each("foreach=hosts")?.atOnce == 1)
    }

    @Test(arguments: [
        "foreach", "foreach=", "foreach=\"two words\"", "foreach=\"a,a\"", "foreach=\"PATH in hosts\"",
        "foreach=\"RUNBOOK_X in hosts\"", "foreach=hosts at-once=0", "foreach=hosts at-once=9", "at-once=2",
        "foreach=hosts check", "foreach=hosts background until=ready",
    ])
    func `a list that can't be meant is refused`(attributes: String) throws {
        let guide = try read("```sh {name=x \(attributes)}\ntrue\n```\n")
        #expect(guide.steps.first?.refusal != nil, "\(attributes)")
        #expect(guide.rules(.error).contains("invalid-attribute"))
    }

    @Test(arguments: ["wait {for=1h foreach=x}", "http {foreach=x check}", "http {at-once=2}", "runbook {foreach=}"])
    func `what waits or asks runs for no list, and a list of a request is one too`(info: String) throws {
        let guide = try read("```\(info)\nGET https://example.com/\n```\n")
        #expect(guide.steps.first?.refusal != nil)
    }

    @Test func `a request and the call of a runbook name their value, which no parameter may be called`() throws {
        let source = """
            ---
            parameters:
              hosts: {type: string}
              item: {type: string}
            ---
            ```http {name=a foreach="host in hosts" at-once=2}
            GET https://{{host}}/
            ```
            ```runbook {name=b foreach="host in hosts"}
            other
            target: {{host}}
            ```
            ```http {name=c foreach=hosts}
            GET https://{{item}}/
            ```
            ```http {name=d foreach="host in hosts"}
            GET https://{{hots}}/
            ```
            ```sh {name=e foreach=hosts}
            true
            ```

            """
        let guide = try read(source)
        #expect(guide.steps.allSatisfy { $0.refusal == nil }, "\(guide.steps.map(\.refusal))")
        #expect(guide.steps.map { $0.listFaults(in: guide).count } == [0, 0, 1, 0, 0])
        #expect(guide.steps.map { $0.templateFaults(in: guide).count } == [0, 0, 0, 1, 0])
        #expect(
            guide.steps[0].instance(named: "a@x", of: "x").listValue == ["host": "x"] && guide.steps[0].listValue == [:]
        )
    }

    @Test func `a list has a hundred values at most, one in each line or between commas`() throws {
        #expect(Each.values(in: " a\n b,c ,\n\n") == ["a", "b", "c"])
        let hundred = (1...100).map { "v\($0)" }
        #expect(try Each.checked(hundred) == hundred)
        #expect(throws: Problem.self) { try Each.checked(hundred + ["one more"]) }
        #expect(throws: Problem.self) { try Each.checked([]) }
        #expect(throws: Problem.self) { try Each.checked(["a\u{7}"]) }
        #expect(throws: Problem.self) { try Each.checked([String(repeating: "x", count: 1001)]) }
    }

    @Test func `each step has a name of its own, whatever the values are`() throws {
        let step = try #require(try onlyStep("sh {name=x foreach=a,b}", "true"))
        var taken: Set = ["x", "x@b"]
        let steps = step.instances(of: ["web1", "b", "a b", "a/b", "é"], besides: &taken)
        #expect(steps.map(\.id) == ["x@web1", "x@b-2", "x@a-b", "x@a-b-4", "x@-"])
        #expect(steps.map(\.item) == ["web1", "b", "a b", "a/b", "é"] && steps.allSatisfy { $0.repeats == "x" })
    }

    @Test func `a list asks for a parameter that is declared and may be shown, and nobody asks for its one state`()
        throws
    {
        let source = """
            ---
            parameters:
              hosts: {type: string}
              keys: {type: string, sensitive: true}
            ---
            ```sh {name=a foreach=hosts}
            true
            ```
            ```sh {name=b foreach=hsots}
            true
            ```
            ```sh {name=c foreach=keys}
            true
            ```
            ```sh {name=d foreach="hosts in hosts" if="steps.a.state == 'failed'"}
            true
            ```

            """
        let guide = try read(source)
        #expect(guide.steps.map { $0.listFaults(in: guide).count } == [0, 1, 1, 1])
        #expect(guide.steps[3].conditionFaults(in: guide).first?.contains("once for each of a list") == true)
    }
}
