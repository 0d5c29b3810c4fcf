import ArgumentParser
import Foundation
import Glibc
import Processes
import RunbookFormat
import Testing

@testable import runbook

/// What `runbook lint` knows beyond the text.
@Suite struct LintTests {
    private func guide(_ text: String) throws -> Guide { try Guide(parsing: Array(text.utf8), name: "a") }

    private func parse(_ line: String) throws -> LintCommand {
        try #require(try RunbookCommand.parseAsRoot(line.split(separator: " ").map(String.init)) as? LintCommand)
    }

    @Test func `rules are named on the command line`() throws {
        #expect(try parse("lint a.md").rule.isEmpty)
        let command = try parse("lint a.md b --json --rule sudo,editor --rule placeholder --disable shellcheck,sudo")
        #expect(command.rule == [[.sudo, .editor], [.placeholder]])
        #expect(command.disable == [[.shellcheck, .sudo]])
        #expect(command.files == ["a.md", "b"])
    }

    @Test(arguments: ["lint a.md --rule sudos", "lint a.md --disable Sudo"])
    func `a rule that is not there is wrong usage, and help lists those that are`(line: String) throws {
        let error = try #require(throws: (any Error).self) { try parse(line) }
        let ending = Ending(of: error)
        #expect(ending.status == .usage)
        #expect(RunbookCommand.fullMessage(for: error).contains("runbook lint --help lists them"))
        let words = LintCommand.helpMessage()
        #expect(words.contains("endless-command") && words.contains("wide-table"))
    }

    @Test func `links to files that are not there are broken`() throws {
        let folder = try TemporaryFolder()
        try folder.write("# B", to: "sub/b c.md")
        let text =
            "# A\n\n[one](sub/b%20c.md#top) [two](./sub/gone.md)\n\n[three](../\(folder.path.split(separator: "/").last ?? "")/sub/b%20c.md)\n"
        let path = try folder.write(text, to: "a.md")
        let findings = Surroundings(path: SearchPath("")).brokenLinks(in: try guide(text), file: path)
        #expect(findings.map(\.line) == [3])
        #expect(findings.first?.message.contains("./sub/gone.md") == true)
    }

    @Test func `a rollback that no file of the folder is called is told, and of a single file nobody knows`() throws {
        let folder = try TemporaryFolder()
        try folder.write("---\nrollback: accunode/undo#now\n---\n# A\n", to: "accunode/a.md")
        try folder.write("---\nrollback: accunode.gone\n---\n# B\n", to: "accunode/b.md")
        let undo = try folder.write("# Undo\n", to: "accunode/undo.md")
        func told(_ paths: [String]) throws -> [String] {
            var told: [String] = []
            try GuideReading.each(of: paths) { reading in
                let findings = try Surroundings(path: SearchPath("")).findings(
                    of: try reading.guide.get(), file: reading.path, beside: reading.neighbours, [.unknownRollback])
                told += findings.map { "\(reading.path.suffix(4)):\($0.line) \($0.runbook ?? "")" }
            }
            return told
        }
        #expect(try told([folder.path]) == ["b.md:2 accunode.gone"])
        #expect(try told([folder.path + "/accunode"]) == ["b.md:2 accunode.gone"])
        #expect(try told([folder.path + "/accunode/a.md", folder.path + "/accunode/b.md", undo]) == [])
    }

    @Test func `programs that the machine lacks are remarks, once each`() throws {
        let text = """
            # A

            ```sh
            greet() { echo hello; }
            greet
            no-such-tool --now | sed s/a/b/
            sudo -n no-such-tool
            ./here.sh && "$TOOL" x
            case $1 in
              start) other-tool ;;
            esac
            function shout { echo A; }
            shout
            if [ -f x ]; then cd /; fi
            ```

            ```powershell
            Get-Item
            ```
            """
        let path = SearchPath("/usr/bin:/bin")
        let findings = Surroundings(path: path).missingPrograms(of: try guide(text))
        #expect(findings.map(\.line) == [6, 10])
        #expect(findings.allSatisfy { $0.severity == .info && $0.rule == .missingProgram })
    }

    @Test func `what is allowed or not asked for is left out`() throws {
        let text = "# A\n\n<!-- runbook: allow broken-link -->\n[a](a.md)\n\n[b](b.md)\n\n- [x] c\n"
        let surroundings = Surroundings(path: SearchPath(""))
        func rules(_ told: Set<Finding.Rule>) throws -> [Finding.Rule] {
            try surroundings.findings(of: try guide(text), file: "/nowhere/x.md", told).map(\.rule)
        }
        #expect(try rules(Set(Finding.Rule.allCases)) == [.brokenLink, .preTickedBox])
        #expect(try rules([.brokenLink]) == [.brokenLink])
        #expect(try rules([.sudo]) == [])
    }

    @Test(arguments: ["echo '{\"comments\": 1}'", "echo oops", "exit 3"])
    func `a shellcheck that says nothing that can be read takes nothing from our own findings`(answer: String) throws {
        let folder = try TemporaryFolder()
        let program = try folder.write("#!/bin/sh\n\(answer)\n", to: "shellcheck")
        #expect(chmod(program, 0o700) == 0)
        let text = "# A\n\n```sh\nsudo ls\n```\n"
        let findings = try Surroundings(path: SearchPath(folder.path)).findings(
            of: try guide(text), file: "x.md", [.sudo, .shellcheck])
        #expect(findings.map(\.rule) == [.sudo])
    }

    @Test(.enabled(if: SearchPath("/usr/bin").find("shellcheck") != nil, "shellcheck is not installed"))
    func `shellcheck's findings stand at the guide's lines`() throws {
        let text = """
            # A

            1. One

               ```bash
               rm $1
               ```

            ```console
            $ ls $2
            out
            $ cat $3
            ```

            ```sh
            kubectl logs <pod-name>
            cd /tmp
            ```

            ```zsh
            echo $4
            ```
            """
        let findings = try ShellCheck(program: "/usr/bin/shellcheck").findings(of: try guide(text))
            .sorted { $0.line < $1.line }
        #expect(findings.map(\.line) == [6, 10, 12])
        #expect(
            findings.allSatisfy { $0.rule == .shellcheck && $0.message.hasPrefix("SC2086: ") && $0.severity == .info })
    }

    @Test func `without scripts nothing is started, and a program that is none is an error`() throws {
        #expect(try ShellCheck(program: "/nowhere").findings(of: try guide("# A\n")) == [])
        #expect(throws: (any Error).self) {
            try ShellCheck(program: "/nowhere").findings(of: try guide("```sh\nls\n```\n"))
        }
    }
}
