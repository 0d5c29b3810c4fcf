import Foundation
import Testing

/// `runbook lint` as a shell starts it, without a server.
@Suite(.timeLimit(.minutes(5))) struct LintingTests {
    private func lint(_ guide: String, _ arguments: String...) async throws -> Finished {
        let folder = FileManager.default.temporaryDirectory.appending(path: "runbook-linting-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { remove(folder) }
        try Data(guide.utf8).write(to: folder.appending(path: "a.md"))
        // A path without ShellCheck, so that what it says does not count here.
        let child = try Child(
            try Programs.path(of: Programs.runbook), ["lint", "a.md"] + arguments,
            environment: ["PATH": "/nowhere", "HOME": folder.path, "LANG": "C.UTF-8"],
            log: folder.appending(path: "log").path, directory: folder.path)
        guard case .exited(let status) = try await child.ending else {
            throw Server.Refused(words: "lint was ended by a signal: \(try child.error)")
        }
        return Finished(status: status, output: try child.output, error: try child.error)
    }

    private func remove(_ folder: URL) {
        do {
            try FileManager.default.removeItem(at: folder)
        } catch {
            // What is left is the system's to clear.
        }
    }

    private static let guide = """
        # A

        ```sh {name=x}
        sudo rm -rf /srv/x
        ```

        ```sh {name=x}
        true
        ```
        """

    @Test func `an error ends it with 1, and its line and rule come first`() async throws {
        let linted = try await lint(Self.guide)
        #expect(linted.status == 1)
        let lines = linted.output.split(separator: "\n").map {
            $0.split(separator: " ").prefix(3).joined(separator: " ")
        }
        #expect(
            lines == [
                "a.md:4: warning destructive-command", "a.md:4: info sudo", "a.md:4: info missing-program",
                "a.md:7: error duplicate-step-name",
            ])
    }

    @Test func `rules are chosen, and warnings end it with 0`() async throws {
        let disabled = try await lint(Self.guide, "--disable", "duplicate-step-name", "--disable", "missing-program")
        #expect(disabled.status == 0)
        #expect(disabled.output.split(separator: "\n").count == 2)
        let chosen = try await lint(Self.guide, "--rule", "sudo", "--json")
        #expect(chosen.status == 0)
        let report = try JSON(parsing: chosen.output)
        #expect(report["file"].string == "a.md")
        #expect(report["findings"].items.map { $0["rule"].string } == ["sudo"])
        #expect(report["findings"].items.map { $0["severity"].string } == ["info"])
        #expect(report["findings"].items.map { $0["line"].int } == [4])
    }

    @Test func `a rule that is not there is wrong usage that says where they are listed`() async throws {
        let wrong = try await lint(Self.guide, "--rule", "sudos")
        #expect(wrong.status == 64)
        #expect(wrong.error.contains("there is no rule \"sudos\": runbook lint --help lists them"))
    }

    @Test func `a comment in the file allows`() async throws {
        let allowed = try await lint(
            "<!-- runbook: allow sudo, destructive-command, missing-program, duplicate-step-name -->\n\n" + Self.guide)
        #expect(allowed.status == 0)
        #expect(allowed.output.isEmpty)
    }
}
