import Foundation
import Testing

/// The watched folder and the versions of a guide, through the programs that people use.
@Suite(.serialized, .timeLimit(.minutes(5))) struct FolderTests {
    private static let guide = """
        # Deploy

        - [ ] The backup is taken

        ```sh {name=ship timeout=30s}
        echo one
        ```
        """

    @Test func `a file of the folder is a runbook as long as it stands there, and its versions can be compared`()
        async throws
    {
        let guides = FileManager.default.temporaryDirectory.path + "/runbook-folder-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: guides, withIntermediateDirectories: true)
        defer {
            do { try FileManager.default.removeItem(atPath: guides) } catch { Issue.record(error) }
        }
        try write(Self.guide, to: guides + "/deploy.md")
        try await Server.with(["--runbooks", guides]) { server in
            func told(_ kind: String, _ count: Int) async throws {
                try await until("the journal tells of \(kind)") {
                    try await server.journal().count { $0["kind"].string == kind } == count
                }
            }
            try await told("runbook.imported", 1)
            let changed = Self.guide.replacing("echo one", with: "echo two\u{1B}[31m").replacing("30s", with: "1m")
            try write(changed + "\n- [ ] Support knows\n", to: guides + "/deploy.md")
            try await told("runbook.imported", 2)
            let versions = try await server.runbook("show", "deploy", "--versions", "--json").json["items"].items
            #expect(versions.map { $0["number"].int } == [2, 1])
            #expect(versions.map { $0["origin"].string } == ["folder", "folder"])
            #expect(versions.map { $0["checklist"].int } == [2, 1])
            let found = try await server.runbook("diff", "deploy", "--json").json
            #expect(found["steps"].items.map { $0["change"].string } == ["changed"])
            #expect(found["checklist"].items.map { $0["text"].string } == ["Support knows"])
            let shown = try await server.runbook("diff", "deploy", "1", "2", "--source")
            #expect(shown.status == 0 && shown.output.contains("timeout: 30s → 1m"), "\(shown.output)\(shown.error)")
            #expect(shown.output.contains("+ echo two␛[31m") && !shown.output.contains("\u{1B}"))
            #expect(try await server.runbook("diff", "deploy", "7").status == 65)

            let over = try await server.runbook("import", guides + "/deploy.md")
            #expect(over.status == 65 && over.error.contains("Runbooks folder"), "\(over.error)")
            try write("\0", to: guides + "/broken.md")
            try await told("runbook.refused", 1)
            try await until("the folder's fault is shown") {
                try await server.wire.get("/api/v1/folder").json["faults"].items.map { $0["path"].string }
                    == ["broken.md"]
            }
            #expect(try server.log.contains("broken.md"))
            try FileManager.default.removeItem(atPath: guides + "/deploy.md")
            try await told("runbook.gone", 1)
            #expect(try await server.runbook("show", "deploy", "--json").json["gone"].string != nil)
            #expect(try await server.runbook("import", "--name", "deploy", guides + "/broken.md").status == 65)
            try await server.expectIntactJournal()
        }
    }
}
