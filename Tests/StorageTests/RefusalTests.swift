import Essentials
import Foundation
import Glibc
import Storage
import Testing

struct `A database that can't be opened` {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func refusal(of path: String, isServer: Bool = false) -> Problem? {
        do {
            _ = try Database(folder: path, options: .init(isServer: isServer))
            return nil
        } catch {
            return error as? Problem
        }
    }

    @Test func `a newer one is refused, and not touched`() async throws {
        let database = try Database(folder: folder.path)
        _ = try await database.write { transaction in
            try transaction.execute("INSERT INTO grdb_migrations (identifier) VALUES ('9999-of-the-future')")
        }
        try database.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.file("runbook.db")))
        let problem = try #require(refusal(of: folder.path))
        #expect(problem.code == .conflict)
        #expect(problem.message.contains("newer Runbook"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("runbook.db"))) == before)
        #expect(throws: problem) { try ReadOnlyDatabase(path: folder.file("runbook.db")) }
    }

    @Test(arguments: ["Dear diary, nothing here is a database.", "x", String(repeating: "SQLite", count: 100)])
    func `a file that is no database is refused, and left as it is`(text: String) throws {
        let file = URL(fileURLWithPath: folder.file("runbook.db"))
        try Data(text.utf8).write(to: file)
        let problem = try #require(refusal(of: folder.path))
        #expect(problem.code == .invalid)
        #expect(problem.message.contains("is not a Runbook database"))
        #expect(try Data(contentsOf: file) == Data(text.utf8))
    }

    @Test func `another program's database is refused, and left as it is`() throws {
        try Python.run(
            """
            import sqlite3, sys
            database = sqlite3.connect(sys.argv[1])
            database.execute("CREATE TABLE photographs (id INTEGER)")
            database.commit()
            """, folder.file("runbook.db"))
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.file("runbook.db")))
        let problem = try #require(refusal(of: folder.path))
        #expect(problem.message.contains("belongs to another program"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("runbook.db"))) == before)
    }

    @Test func `a damaged one is refused with the advice to restore it`() throws {
        try Database(folder: folder.path).close()
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.file("runbook.db")))
        try file.seek(toOffset: 100)
        try file.write(contentsOf: Data(repeating: 0xAB, count: 4096 * 3))
        try file.close()
        let problem = try #require(refusal(of: folder.path))
        #expect(problem.message.contains("is damaged: restore it from a backup"))
    }

    @Test func `an empty file, which a killed first start leaves, becomes a database`() throws {
        #expect(FileManager.default.createFile(atPath: folder.file("runbook.db"), contents: Data()))
        #expect(refusal(of: folder.path) == nil)
    }

    @Test func `a file where the folder should be is refused`() throws {
        #expect(FileManager.default.createFile(atPath: folder.file("data"), contents: Data()))
        let problem = try #require(refusal(of: folder.file("data")))
        #expect(problem.code == .invalid)
        #expect(problem.message.contains("is a file, not a folder"))
    }

    @Test func `a folder is free when the server is dead and what it was starting has let go`() throws {
        try Database(folder: folder.path).close()
        let other = try Python.start(
            """
            import fcntl, os, signal, sys, time
            file = open(sys.argv[1] + "/runbook.lock", "w")
            fcntl.flock(file, fcntl.LOCK_EX)
            server = os.fork()
            if server == 0:
                file.write(f"{os.getpid()}\\n")
                file.flush()
                os._exit(0)
            os.waitpid(server, 0)
            print("dead", flush=True)
            # What inherited the lock of the dead one, and lets go of it a moment later.
            time.sleep(0.5)
            file.close()
            sys.stdin.read()
            """, folder.path)
        #expect(other.line() == "dead")
        #expect(refusal(of: folder.path, isServer: true) == nil)
        try other.end()
    }

    @Test func `a folder that another server's process holds is refused until it ends`() throws {
        try Database(folder: folder.path).close()
        let other = try Python.start(
            """
            import fcntl, sys
            file = open(sys.argv[1] + "/runbook.lock", "w")
            fcntl.flock(file, fcntl.LOCK_EX)
            print("held", flush=True)
            sys.stdin.read()
            """, folder.path)
        #expect(other.line() == "held")
        let problem = try #require(refusal(of: folder.path, isServer: true))
        #expect(problem.code == .conflict)
        #expect(problem.message.contains("Another server holds the data folder"))
        // A command beside the server is let in.
        #expect(refusal(of: folder.path) == nil)
        try other.end()
        #expect(refusal(of: folder.path, isServer: true) == nil)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can become another user"))
    func `a folder of another user is refused, and so is a file`() async throws {
        try Database(folder: folder.file("mine")).close()
        #expect(chmod(folder.path, 0o755) == 0)
        #expect(chmod(folder.file("mine"), 0o755) == 0)
        await #expect(processExitsWith: .success) { [folder = folder.path as String] in
            try #require(setgroups(0, nil) == 0 && setgid(65534) == 0 && setuid(65534) == 0)
            for path in [folder + "/mine", folder + "/new", folder] {
                let problem = #expect(throws: Problem.self) { try Database(folder: path) }
                #expect(problem?.code == .unavailable)
                #expect(problem?.message.hasPrefix("The data folder \(path) can't be ") == true)
            }
            let problem = #expect(throws: Problem.self) { try ReadOnlyDatabase(path: folder + "/mine/runbook.db") }
            #expect(problem?.code == .unavailable)
        }
    }

    @Test func `reading only needs a file that is there and ours`() throws {
        let missing = folder.file("none.db")
        #expect(throws: Problem.notFound("There is no file \(missing).")) { try ReadOnlyDatabase(path: missing) }
        try Data("no database".utf8).write(to: URL(fileURLWithPath: missing))
        #expect(throws: Problem.self) { try ReadOnlyDatabase(path: missing) }
        let database = try Database(folder: folder.path)
        let copy = try ReadOnlyDatabase(path: folder.file("runbook.db"))
        #expect(copy.instance == database.instance)
        #expect(try copy.read { try $0.integer("SELECT 7") } == 7)
    }
}
