import Foundation
import Testing

/// The guides that come with the source, and those of the acceptance.
@Suite(.timeLimit(.minutes(5))) struct GuidesTests {
    private static let seeds = ProcessInfo.processInfo.environment["RUNBOOK_SEEDS"]
    private static let runbooks = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Runbooks").path

    @Test(.enabled(if: seeds != nil, "name the folder of the five guides in RUNBOOK_SEEDS"))
    func `the five guides are stored with their ninety-one checklist items`() async throws {
        let folder = try #require(Self.seeds)
        let guides = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".txt") }
            .sorted()
        try await Server.with { server in
            let imported = try await server.runbook(["import", "--json"] + guides.map { "\(folder)/\($0)" })
            #expect(imported.status == 0, "\(imported.error)")
            let lines = try imported.output.split(separator: "\n").map { try JSON(parsing: String($0)) }
            #expect(lines.map { $0["result"].string } == Array(repeating: "created", count: 5))
            let items = lines.map { $0["runbook"]["checklist"].items.count }
            #expect(items == [18, 0, 66, 7, 0])
            #expect(items.reduce(0, +) == 91)
            let listed = try await server.wire.get("/api/v1/runbooks").json["items"].items
            #expect(listed.map { $0["checklist"].int } == [18, 0, 66, 7, 0])
            let again = try await server.runbook(["import"] + guides.map { "\(folder)/\($0)" })
            #expect(again.output.split(separator: "\n").allSatisfy { $0.hasPrefix("unchanged ") })
        }
    }

    @Test(arguments: ["getting-started", "neuralcipher/preflight"])
    func `the guides that come with the source run`(name: String) async throws {
        try await Server.with(["--runbooks", Self.runbooks]) { server in
            // Small machines run these tests too.
            let thresholds = ["MIN_CORES", "MIN_MEMORY_GB", "MIN_DISK_GB"].flatMap { ["--param", "\($0)=1"] }
            let run = try await server.runbook(["exec", name] + (name.hasPrefix("neural") ? thresholds : []))
            #expect(run.status == 0, "\(run.output)\(run.error)")
            #expect(run.output.contains("\n"))
            try await server.expectNoProcessLeft()
        }
    }

    @Test func `an import tells the links that lead nowhere when all of it is there`() async throws {
        try await Server.with { server in
            let folder = server.folder + "/guides"
            try FileManager.default.createDirectory(atPath: folder + "/db", withIntermediateDirectories: true)
            try Data("# A\n\n[b](db/b.md) and [c](db/c.md#x)\n".utf8).write(to: URL(filePath: folder + "/a.md"))
            try Data("# B\n\n[a](../a.md)\n[away](../../z.md)\n".utf8).write(to: URL(filePath: folder + "/db/b.md"))
            let imported = try await server.runbook("import", folder)
            #expect(imported.status == 0)
            #expect(imported.output == "created a 0 steps 0 items 1 finding\ncreated db.b 0 steps 0 items 0 findings\n")
            let told = imported.error.split(separator: "\n").filter { $0.contains("broken-link") }
            #expect(
                told.count == 1 && told[0].hasPrefix("\(folder)/a.md:3: broken-link: There is no runbook db.c here"))
            #expect(try await server.wire.get("/api/v1/runbooks/db.b").json["findings"].items.isEmpty)
        }
    }

    @Test func `the schema of front matter is printed as the server answers it`() async throws {
        try await Server.with { server in
            let answer = try await server.wire.get("/api/front-matter.schema.json")
            #expect(answer.status == 200)
            let printed = try await server.runbook("schema", "--json")
            #expect(printed.status == 0 && printed.output == answer.text + "\n")
            let laidOut = try await server.runbook("schema")
            #expect(laidOut.output.split(separator: "\n").count > 100)
            #expect(try JSON(parsing: laidOut.output)["properties"]["on-restart"]["enum"].items.count == 3)
        }
    }

    @Test func `a preflight that finds too little ends with 1`() async throws {
        try await Server.with(["--runbooks", Self.runbooks]) { server in
            let run = try await server.runbook("exec", "neuralcipher/preflight", "--param", "MIN_CORES=100000")
            #expect(run.status == 1)
            #expect(run.error.contains("100000 cores are the minimum"))
        }
    }
}
