import RunbookFormat
import Testing

@Suite struct ExportTests {
    @Test func `a step with promptEnv says what it exports, and where`() throws {
        let step = try #require(
            try onlyStep(
                "sh {promptEnv=true}",
                "export SLEEP_SECS=0\n  export NAME=\"Ada L\"\nsleep $SLEEP_SECS\nexport EMPTY=\n"))
        #expect(step.exports.map(\.name) == ["SLEEP_SECS", "NAME", "EMPTY"])
        #expect(step.exports.map(\.value) == ["0", "Ada L", ""])
        #expect(step.exports.map(\.line) == [2, 3, 5])
    }

    @Test(arguments: ["sh", "sh {promptEnv=false}", "sh {promptEnv=never}", "sh {promptEnv=auto}"])
    func `any other step is asked for nothing`(info: String) throws {
        #expect(try #require(try onlyStep(info, "export A_NAME=1")).exports.isEmpty)
    }

    @Test(arguments: [
        "export A=$(date)", "export A=$B", "export A=1 B=2", "export A=1; true", "export A=1 && true", "export A",
        "cat <<EOF\nexport A=1\nEOF", "echo \"\nexport A=1\n\"", "export A=\"1\n2\"", "export A=1 \\\n  B=2",
        "export 'A'=1", "export PATH=/tmp", "export RUNBOOK_X=1", "export LD_PRELOAD=x", "A=1", "# export A=1",
        "export -n A=1", "export A=1 > x", "(export A=1)", "export A=1 &",
    ])
    func `only an assignment of a plain value on a line of its own is asked for`(script: String) throws {
        #expect(try #require(try onlyStep("sh {promptEnv=yes}", script)).exports.isEmpty)
    }

    @Test func `an answer goes by the environment, and its assignment leaves the script`() throws {
        let step = try #require(
            try onlyStep("sh {promptEnv=1}", "  export A_NAME='x y'   # why\nexport B_NAME=2\necho \"$A_NAME\""))
        let answers = ["export A_NAME": "'; rm -rf /; $(x)", "<pod>": "p"]
        #expect(step.script(answeredBy: answers) == "  export A_NAME\nexport B_NAME=2\necho \"$A_NAME\"\n")
        #expect(step.answers(among: answers) == ["A_NAME": "'; rm -rf /; $(x)"])
        #expect(step.script(answeredBy: ["<pod>": "p"]) == step.script)
    }

    @Test func `behind a prompt it is asked for as well`() throws {
        let step = try #require(try onlyStep("console {promptEnv=true}", "$ export A_NAME=1\n$ echo $A_NAME\n1"))
        #expect(step.exports.map(\.line) == [2])
        #expect(step.script(answeredBy: ["export A_NAME": "2"]) == "export A_NAME\necho $A_NAME\n")
    }

    @Test func `steps are chosen by tags, but for what is left out of whole runs`() throws {
        let guide = try read(
            """
            # A

            ```sh {name=one tag=build}
            true
            ```

            ## B

            ```sh {name=two tag=build,deploy}
            true
            ```

            ```sh {name=three category=deploy excludeFromRunAll=true}
            true
            ```

            ```sh {name=four}
            true
            ```
            """)
        #expect(try guide.slice(section: nil, tags: ["build"]).map(\.id) == ["one", "two"])
        #expect(try guide.slice(section: "b", tags: ["build"]).map(\.id) == ["two"])
        #expect(try guide.slice(section: nil, tags: ["deploy", "build"]).map(\.id) == ["one", "two"])
        #expect(throws: (any Error).self) { try guide.slice(section: nil, tags: ["Build"]) }
        #expect(throws: (any Error).self) { try guide.slice(section: "none", tags: ["build"]) }
    }
}
