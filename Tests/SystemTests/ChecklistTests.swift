import Foundation
import Testing

/// Checklists with many hands on them, on the real server, and from the terminal.
@Suite(.serialized, .timeLimit(.minutes(15))) struct ChecklistTests {
    private static let program =
        URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent().path
        + "/Replay/ticking.py"
    private static let seeds = ProcessInfo.processInfo.environment["RUNBOOK_SEEDS"]

    @Test func `what fifty clients made of a hundred items is what the journal says they did`() async throws {
        try await Server.with { server in
            let finished = try await Python.run([Self.program, server.address, Server.token])
            #expect(finished.status == 0, "\(finished.output)\(finished.error)")
            // Somebody was refused: else they were not at the same items at once.
            #expect(finished.output.contains(" were refused, and "))
            print("checklists: \(finished.output)")
            try await server.expectIntactJournal()
        }
    }

    @Test func `a check that is under way when the server is killed has its verdict afterwards`() async throws {
        try await Server.with { server in
            let gate = server.folder + "/gate"
            let guide = """
                - [ ] It is so

                  ```sh {check}
                  while [ ! -e \(gate) ]; do sleep 0.02; done
                  echo "it is"
                  ```

                """
            try write(guide, to: server.folder + "/so.md")
            _ = try await server.runbook("import", server.folder + "/so.md")
            let list = try JSON(parsing: try await server.runbook("checklist", "start", "so", "--json").output)
            let id = try #require(list["id"].string)
            let item = try #require(list["items"][0]["id"].string)
            _ = try await server.wire.post("/api/v1/checklists/\(id)/items/\(item)/check")
            try await server.end(by: SIGKILL)
            try touch(gate)
            try await server.start()
            try await until("the verdict is in") {
                let answer = try await server.runbook("checklist", "show", id, "--json")
                return try JSON(parsing: answer.output)["items"][0]["state"].string == "ticked"
            }
            let shown = try JSON(parsing: try await server.runbook("checklist", "show", id, "--json").output)
            #expect(shown["items"][0]["evidence"]["output"].string == "it is\n")
            try await server.expectIntactJournal()
        }
    }

    @Test(.enabled(if: seeds != nil, "RUNBOOK_SEEDS names no folder of guides"))
    func `every box of the seeds is started, ticked and completed from the terminal`() async throws {
        let folder = try #require(Self.seeds)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".txt") }.sorted()
        try #require(files.count == 5)
        try await Server.with { server in
            var (boxes, signs) = (0, 0)
            for file in files {
                let name = "seed-" + file.prefix { $0.isLetter || $0.isNumber }
                let copy = "\(server.folder)/\(name).md"
                try FileManager.default.copyItem(atPath: "\(folder)/\(file)", toPath: copy)
                _ = try await server.runbook("import", copy)
                let started = try await server.runbook("checklist", "start", name, "--json")
                // A guide without a box has no checklist, and says so.
                if started.status == 65 {
                    #expect(started.error.contains("has nothing to tick"))
                    continue
                }
                let list = try JSON(parsing: started.output)
                let id = try #require(list["id"].string)
                let items = list["items"].items
                // The guide without a box has twenty lines with a sign, all of which say that they are done.
                let isSigned = items.allSatisfy { $0["pre_ticked"].bool == true }
                if isSigned { signs += items.count } else { boxes += items.count }
                #expect(items.allSatisfy { $0["state"].string == "open" })
                let numbers = items.indices.map { "\($0 + 1)" }
                let ticked = try await server.runbook(["checklist", "tick", id] + numbers)
                #expect(ticked.status == 0, "\(ticked.error)")
                let completed = try await server.runbook("checklist", "complete", id)
                #expect(completed.status == 0, "\(completed.error)")
                let shown = try JSON(parsing: try await server.runbook("checklist", "show", id, "--json").output)
                #expect(shown["state"].string == "completed")
                let export = try await server.runbook("checklist", "export", id)
                let source = try content(copy)
                #expect(isSigned ? export.output == source : export.output.utf8.count == source.utf8.count)
                #expect(!export.output.contains("- [ ] "))
            }
            #expect(boxes == 91 && signs == 20)
        }
    }
}
