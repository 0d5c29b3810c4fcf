import Essentials
import RunbookFormat
import Testing

/// The schema that editors use takes what reading a guide takes, and refuses what that refuses.
@Suite struct FrontMatterSchemaTests {
    private struct Question: Encodable {
        let schema: JSONValue
        let values: [String]
    }

    private static let right = [
        #"{}"#,
        #"{"title": "Deploy", "service": "shop", "owner": "platform", "kind": "deployment", "rollback": "shop.rollback"}"#,
        #"{"title": 2026, "kind": null, "priority": "critical", "on-restart": "resume"}"#,
        #"{"timeout": "1h30m", "requires": ["curl", "jq"], "somebody-elses": {"key": [1, 2]}}"#,
        #"{"timeout": "500ms", "requires": "curl, jq"}"#,
        #"{"env": {"STAGE": "production", "RETRIES": 3, "_x": true, "EMPTY": null}}"#,
        #"{"secrets": ["DB_PASSWORD"]}"#,
        #"{"secrets": {"PGPASSWORD": "shop-db"}}"#,
        #"{"alerts": [{"alertname": "HighErrorRate"}, "alertname=~\"High.*\", service=\"shop\""]}"#,
        #"{"alerts": {"match": {"alertname": "DiskFull", "shard": 3}, "severity": "sev2"}}"#,
        #"{"alerts": []}"#,
        #"{"parameters": {"VERSION": {"type": "string", "required": true, "pattern": "v[0-9.]+"}, "COUNT": 3}}"#,
        #"{"parameters": {"COLOUR": {"choices": ["blue", "green"], "default": "blue"}, "NOTE": null}}"#,
        #"{"parameters": [{"name": "HOST", "description": "Where", "sensitive": false, "min": 1, "max": 80}]}"#,
        #"{"parameters": {"LEVEL": {"type": "int", "min": 0, "max": 9, "default": 3}}}"#,
        #"{"schedule": {"cron": "0 3 * * *", "timezone": "Europe/Istanbul", "starts": "checklist", "section": "a"}}"#,
        #"{"schedule": ["@daily", {"cron": "@weekly", "missed": "all", "parameters": {"A": 1}}], "kind": null}"#,
        #"{"schedule": "0 3 * * *", "guards": [], "notify": [], "concurrency": 1}"#,
        #"{"guards": {"http": "https://shop.internal/health", "failures": 3, "p95": "800ms", "interval": "10s"}}"#,
        #"{"guards": [{"query": "rate(errors[5m])", "above": 0.05, "for": "2m", "name": "errors"}], "notify": null}"#,
        #"{"notify": "on-call", "tag": "build, slow", "category": ["shop", 3]}"#,
        #"{"notify": ["on-call", {"to": "channel", "on": ["failed", "waiting"]}, {"to": "x", "on": "succeeded"}]}"#,
        #"{"runme": {"id": "01H", "version": "v3"}, "terminalRows": 20, "skipPrompts": true}"#,
        #"{"concurrency": "runbook"}"#,
        #"{"concurrency": {"limit": 2, "of": null}}"#,
        #"{"concurrency": "service", "service": "shop"}"#,
        #"{"service": "shop", "concurrency": {"limit": 2, "of": "service"}}"#,
        #"{"concurrency": null}"#,
        #"{"concurrency": "host"}"#,
        #"{"concurrency": {"limit": 1, "of": "host"}}"#,
    ]

    private static let wrong = [
        #"{"title": ["a", "b"]}"#,
        #"{"owner": {"name": "x"}}"#,
        #"{"kind": "script"}"#,
        #"{"priority": 1}"#,
        #"{"on-restart": "retry"}"#,
        #"{"timeout": "soon"}"#,
        #"{"timeout": 30}"#,
        #"{"timeout": "5s1m"}"#,
        #"{"requires": ["--help"]}"#,
        #"{"requires": ["/usr/bin/curl"]}"#,
        #"{"requires": {"curl": true}}"#,
        #"{"env": ["A=b"]}"#,
        #"{"env": {"A-B": "c"}}"#,
        #"{"env": {"RUNBOOK_RUN": "c"}}"#,
        #"{"env": {"A": ["b"]}}"#,
        #"{"secrets": "DB_PASSWORD"}"#,
        #"{"secrets": {"DB": {"value": "hunter2"}}}"#,
        #"{"alerts": [{}]}"#,
        #"{"alerts": [{"alert-name": "x"}]}"#,
        #"{"alerts": [{"alertname": ["a", "b"]}]}"#,
        #"{"alerts": [{"match": {"alertname": "x"}, "severity": "high"}]}"#,
        #"{"alerts": 3}"#,
        #"{"schedule": 3}"#,
        #"{"schedule": {"timezone": "UTC"}}"#,
        #"{"schedule": {"cron": "@daily", "zone": "UTC"}}"#,
        #"{"schedule": {"cron": "@daily", "missed": "later"}}"#,
        #"{"schedule": {"cron": "@daily", "parameters": {"A": [1]}}}"#,
        #"{"concurrency": 0}"#,
        #"{"concurrency": 1001}"#,
        #"{"concurrency": true}"#,
        #"{"concurrency": "server"}"#,
        #"{"concurrency": [1]}"#,
        #"{"concurrency": {"limit": "2"}}"#,
        #"{"concurrency": {"most": 2}}"#,
        #"{"concurrency": "service"}"#,
        #"{"concurrency": {"of": "service"}, "service": null}"#,
        #"{"guards": "https://shop.internal/health"}"#,
        #"{"guards": [{}]}"#,
        #"{"guards": [{"http": "shop.internal"}]}"#,
        #"{"guards": [{"http": "http://a", "query": "up", "below": 1}]}"#,
        #"{"guards": [{"query": "up"}]}"#,
        #"{"guards": [{"query": "up", "below": "1"}]}"#,
        #"{"guards": [{"query": "up", "below": 1, "failures": 3}]}"#,
        #"{"guards": [{"http": "http://a", "above": 1}]}"#,
        #"{"guards": [{"http": "http://a", "failures": 0}]}"#,
        #"{"guards": [{"http": "http://a", "interval": 5}]}"#,
        #"{"guards": [{"http": "http://a", "intervall": "5s"}]}"#,
        #"{"notify": {"slack": "ops"}}"#,
        #"{"notify": 5}"#,
        #"{"notify": [{"to": "a", "on": ["burning"]}]}"#,
        #"{"notify": [{"on": ["failed"]}]}"#,
        #"{"tag": {"a": 1}}"#,
        #"{"parameters": "VERSION"}"#,
        #"{"parameters": {"9LIVES": "x"}}"#,
        #"{"parameters": {"PATH": "x"}}"#,
        #"{"parameters": {"LD_PRELOAD": "x"}}"#,
        #"{"parameters": {"https_proxy": "x"}}"#,
        #"{"parameters": {"A": ["b"]}}"#,
        #"{"parameters": {"A": {"type": "date"}}}"#,
        #"{"parameters": {"A": {"kind": "string"}}}"#,
        #"{"parameters": {"A": {"type": "choice"}}}"#,
        #"{"parameters": {"A": {"choices": []}}}"#,
        #"{"parameters": {"A": {"required": "yes"}}}"#,
        #"{"parameters": {"A": {"min": "1"}}}"#,
        #"{"parameters": [{"type": "string"}]}"#,
    ]

    @Test(arguments: right) func `reading a guide takes what is right`(_ metadata: String) throws {
        #expect(try faults(in: metadata) == [])
    }

    @Test(arguments: wrong) func `reading a guide finds what is wrong`(_ metadata: String) throws {
        #expect(try faults(in: metadata) != [])
    }

    @Test func `another program judges the same by the schema`() throws {
        let verdicts: [Bool] = try IndependentParser.answer(
            to: Question(schema: FrontMatterSchema.document, values: Self.right + Self.wrong), by: "front_matter.py")
        for (value, verdict) in zip(Self.right + Self.wrong, verdicts) {
            #expect(verdict == Self.right.contains(value), "\(value)")
        }
        #expect(verdicts.count == Self.right.count + Self.wrong.count)
    }

    @Test func `every key that reading knows is described, and no other`() throws {
        let guide = try read("---\ntitle: x\nnobody-knows: 1\n---\n# A\n")
        #expect(guide.findings.map(\.rule) == [.unknownFrontMatter])
        guard case .object(let document) = FrontMatterSchema.document,
            case .object(let described)? = document["properties"]
        else {
            Issue.record("The schema has no properties.")
            return
        }
        for key in described.keys {
            #expect(try read("---\n\(key):\n---\n# A\n").findings == [], "\(key)")
        }
        #expect(described.count == 20)
    }

    /// YAML holds JSON.
    private func faults(in metadata: String) throws -> [String] {
        try read("---\n\(metadata)\n---\n# A\n").findings.filter { $0.severity == .error }.map(\.message)
    }
}
