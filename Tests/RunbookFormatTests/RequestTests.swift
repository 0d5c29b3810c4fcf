import Essentials
import Testing

@testable import RunbookFormat

@Suite struct RequestTests {
    private func filled(
        _ script: String, _ values: [String: String] = [:]
    ) throws(Problem) -> RequestTemplate.Filled {
        try RequestTemplate(parsing: script).filled { (value) throws(Problem) in
            guard case .parameter(let name) = value, let text = values[name] else { throw .invalid("no \(value.name)") }
            return text
        }
    }

    @Test func `a request line, headers, an empty line and a body`() throws {
        let request = try filled("POST https://example.com/a?b=c HTTP/1.1\nAccept: */*\nX-A:  b \n\n{\"c\": 1}\n\nd\n")
        #expect(request.method == "POST" && request.url == "https://example.com/a?b=c")
        #expect(request.headers.map(\.name) == ["Accept", "X-A"] && request.headers.map(\.value) == ["*/*", "b"])
        #expect(request.body == "{\"c\": 1}\n\nd")
        #expect(try filled("\n# why\nhttps://example.com/").method == "GET")
    }

    @Test(arguments: [
        "", "\n", "GET", "GET ftp://example.com/", "GET example.com", "get https://example.com/", "GET https://",
        "GET https:///path", "GET https://a b/", "GET https://user:pw@example.com/", "CONNECT https://example.com/",
        "GET https://example.com/\nnothing", "GET https://example.com/\nBad Name: x", "GET https://example.com/\n: x",
        "GET https://example.com/\nContent-Length: 3", "GET https://example.com/\nTransfer-Encoding: chunked",
        "GET https://example.com/\nX: a\u{1}b", "GET https://example.com/{{", "GET https://example.com/{{ .Values.x }}",
    ])
    func `a request that can't be made is an error`(script: String) throws {
        #expect(throws: Problem.self) { try RequestTemplate(parsing: script) }
        let guide = try read("```http {name=x}\n\(script)\n```\n")
        #expect(guide.steps.count == 1 && guide.steps.first?.refusal != nil)
        #expect(guide.rules(.error).contains("invalid-request"), "\(guide.findings)")
    }

    @Test(arguments: [
        ("GET https://example.com/{{v}}/x", "a/b?c#d&é", "https://example.com/a%2Fb%3Fc%23d%26%C3%A9/x"),
        ("GET https://example.com/?q={{v}}", "a b\r\nX: y", "https://example.com/?q=a%20b%0D%0AX%3A%20y"),
        ("GET https://{{v}}:8443/health", "web-1.example.com", "https://web-1.example.com:8443/health"),
        ("GET http://{{v}}/", "[::1]:80", "http://[::1]:80/"),
        ("GET {{v}}", "https://example.com/a?b", "https://example.com/a?b"),
        ("GET {{v}}/health", "http://10.0.0.1:5000", "http://10.0.0.1:5000/health"),
        ("{{ v }}", "http://localhost/", "http://localhost/"),
    ])
    func `a value in the address says no more than a value can`(script: String, value: String, url: String) throws {
        #expect(try filled(script, ["v": value]).url == url)
    }

    @Test(arguments: [
        ("GET https://{{v}}/", "evil.example/x"), ("GET https://{{v}}/", "a@evil.example"), ("GET https://{{v}}/", ""),
        ("GET https://{{v}}/", "a b"), ("GET https://api.{{v}}", "x?y"), ("GET {{v}}", "file:///etc/passwd"),
        ("GET {{v}}", "https://a/\r\nHost: b"), ("GET {{v}}", "https://a@b/"), ("GET {{v}}", "javascript:1"),
        ("GET https://example.com/\nX-A: {{v}}", "a\r\nX-B: c"), ("GET https://example.com/\nX-A: {{v}}", "a\nb"),
        ("GET https://example.com/\nX-A: {{v}}", "a\u{0}b"),
    ])
    func `a value that would be more is refused, and not quoted`(script: String, value: String) throws {
        let problem = #expect(throws: Problem.self) { try filled(script, ["v": value]) }
        #expect(value.isEmpty || problem?.message.contains(value) == false)
    }

    @Test(arguments: [
        ("application/json", "{\"a\": \"{{v}}\"}", "x\", \"admin\": \"y", #"{"a": "x\", \"admin\": \"y"}"#),
        ("application/json", "{\"a\": {{v}}}", "3", #"{"a": 3}"#),
        ("application/json", "{\"a\": {{v}}}", "3, \"b\": 4", #"{"a": "3, \"b\": 4"}"#),
        ("application/vnd.api+json", "[\"\\\"{{v}}\"]", "\"", #"["\"\""]"#),
        ("application/x-www-form-urlencoded", "a={{v}}", "b&c=d", "a=b%26c%3Dd"),
        ("text/plain", "{{v}}", "a\nb", "a\nb"),
    ])
    func `a value in a body is written as its type wants it`(type: String, body: String, value: String, sent: String)
        throws
    {
        #expect(try filled("POST https://example.com/\nContent-Type: \(type)\n\n\(body)", ["v": value]).body == sent)
    }

    @Test func `expectations are read from the attributes`() throws {
        let step = try #require(
            try onlyStep(
                #"http {status=200,3xx,400-404 header=["X-A: b.*","X-C","!Server"] body='o+k' json=["/a == 1","$.b[0] != 'x'","/c"] latency=500ms follow output="v=/version,id=$.data.id" interval=30s timeout=10s retries=3}"#,
                "GET https://example.com/"))
        #expect(step.refusal == nil)
        let wanted = try #require(step.settings.expectations)
        #expect(wanted.statuses == [200...200, 300...399, 400...404] && wanted.follows)
        #expect(wanted.headers.map(\.name) == ["X-A", "X-C", "Server"])
        #expect(wanted.headers.map(\.isUnwanted) == [false, false, true])
        #expect(wanted.bodies.map(\.source) == ["o+k"])
        #expect(wanted.values.map(\.pointer.text) == ["/a", "/b/0", "/c"])
        #expect(wanted.values.map(\.value) == [.integer(1), .string("x"), nil])
        #expect(
            wanted.outputs.map(\.name) == ["v", "id"] && wanted.outputs.map(\.pointer.text) == ["/version", "/data/id"])
        #expect(wanted.latency == .milliseconds(500))
        #expect(step.settings.interval == .seconds(30) && step.timeout == .seconds(10) && step.settings.retries == 3)
        #expect(
            step.expectationSentence
                == "Expects status 200,3xx,400-404, the header X-A like b.*, the header X-C, no header Server, o+k in the body, /a equal to 1, /b/0 other than \"x\", /c in the JSON, an answer within 500ms. No longer than 10s, and up to 3 times more, 30s apart."
        )
    }

    @Test(arguments: [
        "status=ok", "status=99", "status=600", "status=300-200", "status=2xxx", "header=\"X: (\"", "header=\"!X: y\"",
        "header=\"a b\"", "body=\"[\"", "json=status", "json=\"$..a == 1\"", "json=\"/a~2\"", "latency=fast",
        "follow=perhaps",
        "output=version", "output=\"status=/a\"", "output=\"1a=/b\"", "interval=often", "interval=3s backoff=3s",
    ])
    func `an expectation that can't be meant stops the step`(attributes: String) throws {
        let guide = try read("```http {name=x \(attributes)}\nGET https://example.com/\n```\n")
        #expect(guide.steps.first?.refusal != nil)
        #expect(guide.rules(.error).contains("invalid-attribute"), "\(guide.findings)")
    }

    @Test func `attributes that mean nothing for a request, and unknown ones, are said`() throws {
        let guide = try read("```http {cwd=/tmp stauts=200}\nGET https://example.com/\n```\n")
        #expect(guide.rules(.warning) == ["unknown-attribute", "unknown-attribute"])
        #expect(guide.findings.contains { $0.message.contains("did you mean \"status\"") }, "\(guide.findings)")
    }

    @Test func `a value that nothing gives is an error with its line`() throws {
        let guide = try read(
            "---\nparameters:\n  host: {type: string}\n---\n```http {name=x}\nGET https://{{host}}/{{path}}?a={{steps.y.outputs.z}}\n```\n"
        )
        #expect(guide.rules(.error) == ["undefined-variable", "undefined-variable"], "\(guide.findings)")
        #expect(guide.steps.first?.templateFaults(in: guide).count == 2)
    }

    @Test func `without an attribute block a request is a document`() throws {
        let guide = try read("```http\nGET https://example.com/\n```\n")
        #expect(guide.steps.isEmpty && guide.documents.count == 1 && guide.findings.isEmpty)
    }

    @Test func `the page says what is expected`() throws {
        let guide = try read("```http {name=x status=200}\nGET https://example.com/?a=<b>\n```\n")
        #expect(guide.html.contains("GET https://example.com/?a=&lt;b&gt;"))
        #expect(guide.html.contains("Expects status 200. No longer than 30s."))
    }

    @Test(arguments: [("o+k", "it is ook!", true), ("ok", "it is o k", false), ("a|b", "xxb", true), ("", "x", true)])
    func `a pattern is found anywhere`(pattern: String, text: String, isFound: Bool) throws {
        #expect(try Pattern(pattern).isFound(in: text) == isFound)
    }

    @Test func `the search for a pattern takes no longer than its length says`() throws {
        #expect(try !Pattern("(a*)*b").isFound(in: String(repeating: "a", count: 2000)))
    }
}
