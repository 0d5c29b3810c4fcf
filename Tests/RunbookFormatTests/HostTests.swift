import Essentials
import Testing

@testable import RunbookFormat

/// Machines that steps run on.
@Suite struct HostTests {
    @Test(arguments: [
        ("web-1", nil, "web-1", nil), ("deploy@web-2:2222", "deploy", "web-2", 2222),
        ("10.0.0.1", nil, "10.0.0.1", nil),
        ("db_1.example.org:22", nil, "db_1.example.org", 22), ("[2001:db8::1]", nil, "2001:db8::1", nil),
        ("root@[fe80::1%eth0]:65535", "root", "fe80::1%eth0", 65535), ("_alias", nil, "_alias", nil),
    ])
    func `a host is a name, perhaps with a user and a port`(text: String, user: String?, name: String, port: Int?)
        throws
    {
        let host = try Host(parsing: text)
        #expect(host.user == user && host.name == name && host.port == port)
    }

    @Test(arguments: [
        "", "-oProxyCommand=x", "-l", "web 1", "web\t1", "web;id", "web$(id)", "web`id`", "web|x", "web>x", "web'",
        "web\"",
        "web\n", "a/b", "*", "web?", "wéb", "user@", "@web", "-u@web", "u@-web", "u@v@web", "us er@web", "web:",
        "web:0",
        "web:65536", "web:-1", "web:22:23", "web:0x16", "2001:db8::1", "[]", "[::1", "[web]", "[::1]22", "[::1]:",
        "[::1%]",
        "[::1%a b]", ".web", "web\u{0}", String(repeating: "x", count: 254),
    ])
    func `what ssh or a shell could take for something else is no host`(text: String) {
        #expect(throws: Problem.self) { try Host(parsing: text) }
    }

    private func each(_ attributes: String) throws -> Each? {
        try #require(try onlyStep("sh {name=x \(attributes)}", "true")).settings.each
    }

    @Test func `hosts stand there or in a parameter, and so many may fail`() throws {
        #expect(try each("hosts=targets")?.source == .parameter("targets"))
        #expect(try each("hosts=\"web-1 deploy@web-2:2222\"")?.source == .values(["web-1", "deploy@web-2:2222"]))
        #expect(try each("hosts=web-1,web-2 at-once=2")?.source == .values(["web-1", "web-2"]))
        #expect(try each("hosts=[\"web1\"]")?.source == .values(["web1"]))
        let limited = try each("hosts=targets at-once=3 max-failures=2")
        #expect(limited?.isOfHosts == true && limited?.atOnce == 3 && limited?.mostFailures == 2)
        #expect(try limited?.values(in: "a, b\nc d") == ["a", "b", "c", "d"])
        #expect(throws: Problem.self) { try limited?.values(in: "a;b") }
        #expect(throws: Problem.self) { try limited?.values(in: (1...101).map { "h\($0)" }.joined(separator: " ")) }
        #expect(try each("foreach=hosts")?.isOfHosts == false)
    }

    @Test(arguments: [
        "hosts", "hosts=", "hosts=\"web-1 -x\"", "hosts=\"web-1 web-1\"", "hosts=web-1,b;c", "hosts=targets foreach=x",
        "hosts=targets check", "hosts=targets background until=ready", "hosts=targets interactive",
        "hosts=targets max-failures=-1", "hosts=targets max-failures=many", "max-failures=1",
        "foreach=x max-failures=1",
        "hosts=targets at-once=9",
    ])
    func `hosts that can't be meant are refused`(attributes: String) throws {
        let guide = try read("```sh {name=x \(attributes)}\ntrue\n```\n")
        #expect(guide.steps.first?.refusal != nil, "\(attributes)")
        #expect(guide.rules(.error).contains("invalid-attribute"))
    }

    @Test(arguments: [
        "wait {for=1h hosts=x}", "http {hosts=x}", "runbook {hosts=x}", "approval {hosts=x}", "manual {hosts=x}",
    ])
    func `only scripts run on hosts`(info: String) throws {
        let guide = try read("```\(info)\nGET https://example.com/\n```\n")
        #expect(guide.rules(.error).contains("invalid-attribute"), "\(info)")
    }

    @Test func `a parameter that lists hosts is declared and may be shown`() throws {
        let source = """
            ---
            parameters:
              targets: {type: string}
              keys: {type: string, sensitive: true}
            ---
            ```sh {name=a hosts=targets}
            true
            ```
            ```sh {name=b hosts=web1}
            true
            ```
            ```sh {name=c hosts=keys}
            true
            ```

            """
        let guide = try read(source)
        let faults = guide.steps.map { $0.listFaults(in: guide) }
        #expect(faults.map(\.count) == [0, 1, 1])
        #expect(faults[1].first?.contains("write hosts=[\"web1\"]") == true)
    }

    @Test func `each host is a step with a name of its own`() throws {
        let step = try #require(try onlyStep("sh {name=x hosts=targets}", "true"))
        var taken: Set = ["x"]
        let steps = step.instances(of: ["web-1", "deploy@web-2:2222"], besides: &taken)
        #expect(steps.map(\.id) == ["x@web-1", "x@deploy-web-2:2222"])
        #expect(steps.map { $0.host?.name } == ["web-1", "web-2"] && step.host == nil)
    }
}
