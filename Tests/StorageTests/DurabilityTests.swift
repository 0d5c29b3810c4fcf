import Essentials
import Foundation
import Glibc
import Storage
import Testing

struct `What was answered stays` {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func integrity(_ database: Database) async throws -> String? {
        try await database.read { try $0.text("PRAGMA integrity_check") }
    }

    @Test func `a process killed in the middle of many writes loses none that it answered, and leaves none half done`()
        async throws
    {
        await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder.path as String] in
            let database = try Database(folder: folder)
            try await Notes.create(in: database)
            let answers = open(folder + "/answers", O_WRONLY | O_CREAT | O_APPEND, 0o600)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        for round in 0..<1000 {
                            let id = (round * 8 + writer) * 2
                            try await database.write { transaction in
                                try Notes.add(id, in: transaction)
                                try Notes.add(id + 1, in: transaction)
                            }
                            // Each line a single write, so that what stands there was answered before the kill.
                            let line = "\(id)\n"
                            try #require(Glibc.write(answers, line, line.utf8.count) == line.utf8.count)
                            if round == 40 { kill(getpid(), SIGKILL) }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        let answers = try String(contentsOfFile: folder.file("answers"), encoding: .utf8)
            .split(separator: "\n").compactMap { Int($0) }
        let database = try Database(folder: folder.path)
        let ids = Set(try await Notes.ids(in: database))
        #expect(answers.count > 40)
        #expect(answers.allSatisfy { ids.contains($0) && ids.contains($0 + 1) })
        #expect(ids.allSatisfy { ids.contains($0 ^ 1) })
        #expect(try await integrity(database) == "ok")
    }

    @Test(.enabled(if: SmallDisk.isPermitted, "mounting needs root"))
    func `a full disk is a clear problem, loses nothing, and once there is room it goes on`() async throws {
        let disk = try SmallDisk(at: folder.file("disk"), megabytes: 16)
        defer { disk.unmount() }
        let ballast = disk.path + "/ballast"
        try Data(count: 8 << 20).write(to: URL(fileURLWithPath: ballast))
        let database = try Database(folder: disk.path)
        try await Notes.create(in: database)
        let text = String(repeating: "x", count: 20_000)
        var written = 0
        let full = await #expect(throws: Problem.self) {
            while written < 1000 {
                let id = written
                try await database.write { try Notes.add(id, text, in: $0) }
                written += 1
            }
        }
        #expect(full?.code == .unavailable)
        #expect(full?.message.hasPrefix("The disk is full: nothing was changed.") == true)
        #expect(try await Notes.ids(in: database) == Array(0..<written))

        // Many at once on the full disk: each is told, none is half there.
        let results = try await HeldWriter(database).crowd(of: 20) { number in
            try await database.write { try Notes.add(5000 + number, text, in: $0) }
        }
        for result in results { #expect(throws: Problem.self) { try result.get() } }
        #expect(try await Notes.ids(in: database) == Array(0..<written))

        try FileManager.default.removeItem(atPath: ballast)
        let next = written
        try await database.write { try Notes.add(next, text, in: $0) }
        #expect(try await Notes.ids(in: database) == Array(0...written))
        #expect(try await integrity(database) == "ok")
        try database.close()
        let again = try Database(folder: disk.path)
        #expect(try await Notes.ids(in: again) == Array(0...written))
        try again.close()
    }
}
