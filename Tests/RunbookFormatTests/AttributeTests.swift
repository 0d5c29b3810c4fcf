import Testing

@testable import RunbookFormat

@Suite struct AttributeTests {
    @Test(arguments: [
        ("sh {name=smoke timeout=30s}", ["name": "smoke", "timeout": "30s"]),
        (#"sh {"name":"smoke","timeout":"30s"}"#, ["name": "smoke", "timeout": "30s"]),
        (
            #"sh { name=smoke, "timeout": "30s" idempotent }"#,
            ["name": "smoke", "timeout": "30s", "idempotent": "true"]
        ),
        (#"sh {"retries": 3, "idempotent": true}"#, ["retries": "3", "idempotent": "true"]),
        (#"sh {confirm="Really, now?"}"#, ["confirm": "Really, now?"]),
        ("sh {confirm='it is \"so\"'}", ["confirm": "it is \"so\""]),
        (#"sh {"confirm":"a \"b\" \u0041\n}"}"#, ["confirm": "a \"b\" A\n}"]), ("sh{name=x}", ["name": "x"]),
        ("sh   {  name=x  }", ["name": "x"]),
        (#"sh {"env":{"A": "b c"}, "hosts":["x", "y"]}"#, ["env": #"{"A":"b c"}"#, "hosts": #"["x","y"]"#]),
        (#"sh {if="a &amp; b \| c"}"#, ["if": "a &amp; b | c"]), ("sh {cwd=/a/b}", ["cwd": "/a/b"]), ("sh", [:]),
        ("sh title=\"x\"", [:]),
    ])
    func `both notations read the same`(info: String, attributes: [String: String]) throws {
        let step = try #require(try onlyStep(info))
        #expect(step.attributes == attributes)
    }

    @Test func `every attribute has its meaning`() throws {
        let step = try #require(
            try onlyStep(
                """
                sh {name=x timeout=90s retries=2 backoff=500ms if="$A" on-failure=continue always parallel cwd=work env="A=b,C=d e" \
                output="one,two" confirm idempotent hosts="web1 web2" needs=[] exec}
                """))
        let settings = step.settings
        #expect(step.timeout == .seconds(90))
        #expect(settings.retries == 2)
        #expect(settings.backoff == .milliseconds(500))
        #expect(settings.condition == "$A")
        #expect(settings.onFailure == .continue_)
        #expect(settings.isAlways && settings.isParallel && settings.isIdempotent)
        #expect(settings.workingDirectory == "work")
        #expect(settings.environment == ["A": "b", "C": "d e"])
        #expect(settings.outputs == ["one", "two"])
        #expect(settings.confirmation == "Run this step?")
        #expect(settings.each?.isOfHosts == true && settings.each?.source == .values(["web1", "web2"]))
        #expect(settings.needs.isEmpty)
        #expect(step.isRunnable)
    }

    @Test func `what is not said holds as nothing`() throws {
        #expect(try onlyStep("sh")?.settings == Step.Settings())
    }

    @Test(arguments: [
        "timeout=soon", "timeout=30", "timeout=0s", "retries=-1", "retries=many", "retries=101", "backoff=x",
        "on-failure=panic",
        "always=perhaps", "idempotent=2", "cwd=", "cwd", "env=A", "env={\"A\":1}", "env=\"1=b\"", "env=\"RUNBOOK_X=b\"",
        "check=maybe",
        "name=\"a", "a=1 a=2", "=x", "name=???", "interpreter", "interpreter=\" \"", "promptEnv=maybe",
    ])
    func `a value that can't be meant is an error, and the step never runs`(attribute: String) throws {
        let guide = try read("```sh {\(attribute)}\ntrue\n```\n")
        #expect(guide.rules(.error).contains("invalid-attribute"))
        #expect(guide.findings.allSatisfy { $0.line == 1 })
        #expect(attribute == "name=???" || guide.steps.first?.isRunnable == false)
    }

    @Test func `a block that is never closed is an error`() throws {
        #expect(try read("```sh {name=x\ntrue\n```\n").rules(.error) == ["invalid-attribute"])
    }

    @Test func `an unknown attribute is a warning that names the one that was meant`() throws {
        let guide = try read("```sh {timeuot=30s}\ntrue\n```\n")
        #expect(guide.rules(.warning) == ["unknown-attribute"])
        #expect(guide.findings.first?.message.contains("\"timeout\"") == true)
        #expect(guide.steps.first?.isRunnable == true)
    }

    @Test func `Runme's own attributes are no more than a remark`() throws {
        let guide = try read(
            "```sh {\"id\":\"01H\",\"background\":\"true\",\"interactive\":\"false\",\"terminalRows\":\"9\"}\ntrue\n```\n"
        )
        #expect(guide.rules(.warning).isEmpty)
        #expect(guide.steps.first?.isRunnable == true)
    }

    @Test(arguments: [
        ("tag=build", ["build"]), ("tag=build,deploy", ["build", "deploy"]), ("category=a,b name=x", ["a", "b"]),
        ("\"tag\":\"a, b\"", ["a", "b"]), ("category=a tag=b", ["a", "b"]), ("tag=[\"a b\"]", ["a b"]),
        ("\"tag\":\"type:entry,scope:ci\"", ["type:entry", "scope:ci"]),
    ])
    func `tags stand behind commas, and categories are tags`(attributes: String, tags: [String]) throws {
        let guide = try read("```sh {\(attributes)}\ntrue\n```\n")
        #expect(guide.steps.first?.settings.tags == tags)
        #expect(guide.findings.isEmpty)
    }

    @Test func `outputs and hosts stand behind commas too`() throws {
        let settings = try #require(try onlyStep("sh {output=a,b hosts=web-1,web-2}")?.settings)
        #expect(settings.outputs == ["a", "b"] && settings.each?.source == .values(["web-1", "web-2"]))
    }

    @Test(arguments: ["ignore", "ignore=true"])
    func `what is ignored never runs`(attribute: String) throws {
        #expect(try onlyStep("sh {\(attribute)}")?.isRunnable == false)
    }

    @Test(arguments: ["interactive", "\"interactive\":\"true\"", "interactive=yes", "interpreter=python3 interactive"])
    func `what wants a terminal is for a person, and nothing in it waits unseen`(attributes: String) throws {
        let guide = try read("```sh {\(attributes)}\nsudo vim /etc/motd\ntail -f x\n```\n")
        let step = try #require(guide.steps.first)
        #expect(step.isForTerminal && step.isRunnable && guide.findings.isEmpty)
        #expect(guide.html.contains("A run waits here for a person, who runs this in a terminal"))
    }

    @Test func `interactive=false is the plain step, and what counts for nothing beside a person is told`() throws {
        #expect(try onlyStep("sh {interactive=false}")?.isForTerminal == false)
        #expect(try onlyStep("powershell {interactive}")?.isRunnable == false)
        let guide = try read("```sh {interactive background until=10m timeout=5s}\ntrue\n```\n")
        #expect(guide.findings.map(\.severity) == [.info, .info, .info])
        #expect(guide.steps.first?.settings.isBackground == false && guide.steps.first?.isRunnable == true)
        #expect(
            try read("- [ ] a\n\n  ```sh {check interactive}\n  true\n  ```\n").rules(.error) == ["invalid-attribute"])
    }

    @Test(
        arguments: [
            ("needs=a,b", ["a", "b"]), ("needs=a,b,c parallel", ["a", "b", "c"]), ("needs=a, parallel", ["a"]),
            ("needs=a,timeout=3s", ["a"]), ("needs=a,parallel", ["a", "parallel"]),
            ("needs=\"a b\",parallel", ["a", "b"]),
            ("needs=[\"a\"],parallel", ["a"]), ("needs=a,\"parallel\"", ["a"]), ("needs=a,", ["a"]),
        ])
    func `names that are needed stand behind commas`(attributes: String, needs: [String]) throws {
        #expect(try onlyStep("sh {name=x \(attributes)}")?.settings.needs == needs)
    }
}
