import RunbookFormat
import Testing

@Suite struct StepTests {
    @Test(arguments: [
        "sh", "bash", "shell", "zsh", "ksh", "dash", "ash", "BASH", "Sh", "console", "shell-session", "ShellSession",
        "sh-session",
        "terminal",
    ])
    func `a fence in a shell's or console's language is a step that runs`(language: String) throws {
        let step = try #require(try onlyStep(language, "$ true"))
        #expect(step.kind == .shell)
        #expect(step.language == language.lowercased())
        #expect(step.script == "true\n")
        #expect(!step.interpreter.isEmpty)
        #expect(step.isRunnable)
    }

    @Test(arguments: [
        ("bash", ["bash", "--noprofile", "--norc", "-eo", "pipefail"]), ("sh", ["sh", "-e"]), ("dash", ["dash", "-e"]),
    ])
    func `a shell runs as GitHub Actions runs it`(language: String, interpreter: [String]) throws {
        #expect(try onlyStep(language)?.interpreter == interpreter)
    }

    @Test(arguments: ["powershell", "pwsh", "fish", "cmd", "bat", "PowerShell"])
    func `a shell that Runbook does not run is listed with the reason, and linted`(language: String) throws {
        let guide = try read("```\(language)\ndir\n```\n")
        #expect(guide.steps.first?.refusal != nil)
        #expect(guide.steps.first?.isRunnable == false)
        #expect(guide.rules() == ["unsupported-shell"])
        #expect(guide.wholeRun.isEmpty)
    }

    @Test(arguments: ["yaml", "", "python", "http", "approval", "manual", "runbook", "sql", "bash,ignore", "shell2"])
    func `any other fence is a document`(language: String) throws {
        let guide = try read("text\n\n```\(language)\na: 1\n```\n")
        #expect(guide.steps.isEmpty)
        #expect(guide.documents.map(\.line) == [3])
        #expect(guide.documents.map(\.language) == [language])
    }

    @Test(arguments: [("approval", Step.Kind.approval), ("manual", .manual), ("http", .http), ("runbook", .runbook)])
    func `with an attribute block a gate or request is a step of its kind`(language: String, kind: Step.Kind) throws {
        let step = try #require(try onlyStep("\(language) {name=x}", "GET /"))
        #expect(step.kind == kind)
        #expect(step.id == "x")
        #expect(step.interpreter.isEmpty)
    }

    @Test func `another language runs when it says exec, with a program that is known or named`() throws {
        #expect(try onlyStep("python {exec}", "print(1)")?.interpreter == ["python3"])
        #expect(try onlyStep("r {exec=\"Rscript --vanilla\"}", "1")?.interpreter == ["Rscript", "--vanilla"])
        #expect(try onlyStep("cobol {exec}", "X")?.isRunnable == false)
        #expect(try onlyStep("python {exec=false}", "print(1)") == nil)
    }

    @Test func `an interpreter runs the script, as Runme's first line would`() throws {
        #expect(
            try onlyStep("sh {interpreter=bash}")?.interpreter == ["bash", "--noprofile", "--norc", "-eo", "pipefail"])
        #expect(try onlyStep("sh {interpreter=\"bash -x\"}")?.interpreter == ["bash", "-x"])
        let python = try #require(try onlyStep("text {\"interpreter\":\"python3 -u\"}", "$ = 1\nprint(1)"))
        #expect(python.interpreter == ["python3", "-u"])
        #expect(python.kind == .program)
        #expect(python.script == "$ = 1\nprint(1)\n")
        let tagged = try #require(try onlyStep("sh {interpreter=/usr/bin/python3}", "print('$ x')\n$ y"))
        #expect(tagged.kind == .program)
        #expect(tagged.script == "print('$ x')\n$ y\n")
        #expect(try onlyStep("yaml", "a: 1") == nil)
    }

    @Test func `a script is exactly what stands there, its container's indent taken off`() throws {
        let guide = try read(
            """
            1. One

               ```sh
               if true; then
                 echo "a  b"
               fi

               \tcat
               ```

            > - ```bash
            >   quoted
            >   ```
            """)
        #expect(guide.steps.map(\.script) == ["if true; then\n  echo \"a  b\"\nfi\n\n\tcat\n", "quoted\n"])
        #expect(guide.steps.map(\.line) == [3, 11])
        #expect(guide.steps.map(\.endLine) == [9, 13])
        #expect(guide.steps.first?.scriptLines == [4, 5, 6, 7, 8])
    }

    @Test func `longer fences and tildes hold shorter ones`() throws {
        let guide = try read("````sh\n```\n````\n\n~~~sh\n```\n~~~\n")
        #expect(guide.steps.map(\.script) == ["```\n", "```\n"])
        #expect(guide.findings.isEmpty)
    }

    @Test(arguments: [
        ("```sh\none\n", 1, 2), ("# A\n\n> ```sh\n> one\n\ntext\n", 3, 4),
        ("- ```sh\n  one\n\n```yaml\na: 1\n```\n", 1, 3),
        ("```sh\n", 1, 1), ("````sh\none\n```\n", 1, 3),
    ])
    func `a fence that is never closed is an error, and a whole run leaves it out`(text: String, line: Int, end: Int)
        throws
    {
        let guide = try read(text)
        #expect(guide.rules(.error) == ["unclosed-fence"])
        #expect(guide.findings.first?.line == line)
        #expect(guide.steps.first?.endLine == end)
        #expect(guide.wholeRun.isEmpty)
    }

    @Test(arguments: [
        "```sh\none\n```", "> ```sh\n> one\n> ```\n", "- ```sh\n  one\n  ```\n", "~~~sh\none\n   ~~~~~  \n",
    ])
    func `a fence that is closed is none of these`(text: String) throws {
        #expect(try read(text).findings.isEmpty)
    }

    @Test func `ids are names, or the section's slug with a number that takes no name away`() throws {
        let guide = try read(
            """
            ```sh
            a
            ```

            # Deploy

            ```sh
            b
            ```
            ```sh {name=deploy-2}
            c
            ```
            ```sh
            d
            ```
            ```sh {name="Smoke Test"}
            e
            ```
            """)
        #expect(guide.steps.map(\.id) == ["step", "deploy", "deploy-2", "deploy-3", "smoke-test"])
    }

    @Test func `a name that is given twice is an error, and the ids stay unique`() throws {
        let guide = try read("```sh {name=a}\nx\n```\n```sh {name=a}\ny\n```\n")
        #expect(guide.steps.map(\.id) == ["a", "a-2"])
        #expect(guide.rules() == ["duplicate-step-name"])
        #expect(guide.findings.first?.line == 4)
    }

    @Test func `ids stay the same when text changes that is no heading, name or fence`() throws {
        let text = "# A\n\n```sh\nx\n```\n\n- [ ] one\n"
        let other = "# A\n\nMore words.\n\n```sh\ny\nz\n```\n\nAnd more.\n\n- [x] one\n"
        #expect(try read(text).steps.map(\.id) == read(other).steps.map(\.id))
        #expect(try read(text).checklist.map(\.id) == read(other).checklist.map(\.id))
    }

    @Test func `a fence without a command never runs`() throws {
        #expect(try onlyStep("sh", "")?.refusal == "It is empty.")
        #expect(try onlyStep("sh", "\n  \n")?.isRunnable == false)
    }
}
