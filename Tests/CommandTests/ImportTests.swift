import Essentials
import Foundation
import Glibc
import Testing

@testable import runbook

@Suite struct ImportTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func path(_ name: String) -> String { "\(folder.path)/\(name)" }

    @Test(arguments: [
        ("accunode/deploy.md", "deploy"), ("./000_c846.txt", "000_c846"), ("v1.2 final.markdown", "v1-2-final"),
        ("/a/README", "README"), (".hidden.md", "-hidden"), ("größe.md", "größe"), ("日本.md", "日本"), ("a(b).md", "a-b-"),
    ])
    func `a file named by itself is called by its base name`(path: String, name: String) {
        #expect(GuideFile.name(ofFile: path) == name)
    }

    @Test func `a folder gives its guides at any depth, called by their paths`() throws {
        for name in ["b/deploy.md", "a.markdown", "b/c d/e.MD", "notes.txt", ".git/x.md", "b/.hidden.md"] {
            try folder.write("# x", to: name)
        }
        let search = try GuideSearch([folder.path])
        #expect(search.files.map(\.name) == ["a", "b.c-d.e", "b.deploy"])
        #expect(search.refusals.isEmpty && search.skippedLinks.isEmpty)
        #expect(try GuideSearch([folder.path + "/"]).files.map(\.name) == search.files.map(\.name))
    }

    @Test func `a file that is named may have any extension`() throws {
        let file = try folder.write("# x", to: "notes.txt")
        #expect(try GuideSearch([file]).files == [GuideFile(path: file, name: "notes")])
        #expect(try GuideSearch([file], name: "go-live").files == [GuideFile(path: file, name: "go-live")])
    }

    @Test func `two files with one name are both refused, with both paths`() throws {
        let files = try ["a/deploy.md", "b/deploy.md", "b/other.md"].map { try folder.write("# x", to: $0) }
        let search = try GuideSearch(files)
        #expect(search.files.map(\.name) == ["other"])
        #expect(search.refusals.map(\.path) == Array(files[..<2]))
        for refusal in search.refusals {
            #expect(files[..<2].allSatisfy { refusal.problem.message.contains($0) })
        }
    }

    @Test func `a path and its dotted twin have one name`() throws {
        try folder.write("# x", to: "a/b.md")
        try folder.write("# x", to: "a.b.md")
        #expect(try GuideSearch([folder.path]).files.map(\.name).sorted() == ["a-b", "a.b"])
        try folder.write("# x", to: "a/b.markdown")
        #expect(try GuideSearch([folder.path]).refusals.count == 2)
    }

    @Test func `the same file named twice is one`() throws {
        let file = try folder.write("# x", to: "deploy.md")
        let search = try GuideSearch([file, "\(folder.path)/./deploy.md"])
        #expect(search.files.count == 1 && search.refusals.isEmpty)
    }

    @Test func `a link within the folder is followed, one that leads out is not`() throws {
        let outside = try TemporaryFolder()
        let secret = try outside.write("# x", to: "secret.md")
        try folder.write("# x", to: "a.md")
        symlink("a.md", path("alias.md"))
        symlink(secret, path("out.md"))
        symlink(outside.path, path("outside"))
        symlink("nowhere", path("broken.md"))
        let search = try GuideSearch([folder.path])
        #expect(search.files.map(\.name) == ["a", "alias"])
        #expect(search.skippedLinks == [path("out.md")])
        #expect(search.refusals.map(\.path) == [path("broken.md")])
    }

    @Test func `a folder beside the one given is outside, though its name begins alike`() throws {
        try folder.write("# x", to: "guides/a.md")
        try folder.write("# x", to: "guides-old/b.md")
        symlink("../guides-old/b.md", path("guides/b.md"))
        let search = try GuideSearch([path("guides")])
        #expect(search.files.map(\.name) == ["a"])
        #expect(search.skippedLinks == [path("guides/b.md")])
    }

    @Test func `what is missing or empty is refused and the rest goes on`() throws {
        try FileManager.default.createDirectory(atPath: path("empty"), withIntermediateDirectories: false)
        let file = try folder.write("# x", to: "deploy.md")
        let search = try GuideSearch([path("nothing.md"), path("empty"), file])
        #expect(search.files.map(\.path) == [file])
        #expect(search.refusals.map(\.path) == [path("nothing.md"), path("empty")])
    }

    @Test func `a pattern gives what it matches, called by the path below its first wildcard`() throws {
        for name in ["web/deploy-sop.md", "web/notes.md", "web/deep/er/fix-sop.md", ".git/a-sop.md", "top-sop.txt"] {
            try FileManager.default.createDirectory(
                atPath: (path(name) as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try Data("# \(name)\n".utf8).write(to: URL(filePath: path(name)))
        }
        func names(_ pattern: String) throws -> [String] { try GuideSearch([path(pattern)]).files.map(\.name).sorted() }
        #expect(try names("**/*-sop.*") == ["top-sop", "web.deep.er.fix-sop", "web.deploy-sop"])
        #expect(try names("*/*.md") == ["web.deploy-sop", "web.notes"])
        #expect(try names("web/**/*.md") == ["deep.er.fix-sop", "deploy-sop", "notes"])
        #expect(try names("web/[a-m]*.md") == ["deploy-sop"])
        #expect(try names("web/?otes.md") == ["notes"])
        let none = try GuideSearch([path("web/*.txt"), path("nowhere/*.md")])
        #expect(
            none.files.isEmpty && none.refusals.map(\.problem.message).allSatisfy { $0.hasPrefix("No file matches") })
        #expect(throws: Problem.self) { try GuideSearch([path("web/*.md")], name: "one") }
    }

    @Test func `a pattern of many wildcards takes no longer than its length times the path's`() throws {
        let pattern = try #require(GuidePattern(String(repeating: "**/", count: 200) + "*.md"))
        #expect(pattern.matches(String(repeating: "a/", count: 200) + "b.md"))
        #expect(!pattern.matches(String(repeating: "a/", count: 200) + "b.txt"))
    }

    @Test func `an import ends with what became of its files`() {
        var count = ImportCount(files: 3)
        (count.created, count.unchanged, count.refused) = (1, 2, 1)
        #expect(count.sentence == "1 file created, 2 unchanged, 1 refused.")
        count.note(.newVersion)
        #expect(count.sentence == "1 file created, 1 new version, 2 unchanged, 1 refused.")
    }

    @Test func `a folder takes no name`() {
        #expect(throws: Problem.self) { try GuideSearch([folder.path], name: "x") }
    }

    @Test func `a guide is read byte for byte, up to five million`() throws {
        let file = GuideFile(path: path("big.md"), name: "big")
        var bytes = Data((0..<5_000_000).map { UInt8(truncatingIfNeeded: $0) })
        try bytes.write(to: URL(filePath: file.path))
        #expect(try file.read() == Array(bytes))
        bytes.append(0)
        try bytes.write(to: URL(filePath: file.path))
        #expect(throws: Problem.self) { try file.read() }
    }

    @Test func `a named pipe, a folder, a device and a link in a circle are refused without waiting`() throws {
        #expect(mkfifo(path("pipe.md"), 0o600) == 0)
        symlink("circle.md", path("circle.md"))
        for wrong in [path("pipe.md"), folder.path, "/dev/zero", path("circle.md"), path("nothing.md")] {
            let problem = try #require(throws: Problem.self) { try GuideFile(path: wrong, name: "x").read() }
            #expect(problem.code == .invalid && problem.message.contains(wrong))
        }
    }

    @Test func `a line tells what was imported`() {
        let runbook: JSONValue = ["name": "a.deploy", "steps": [1], "checklist": 0, "findings": [1, 2]]
        #expect(
            ImportCommand.line(of: Imported(result: .created, runbook: runbook))
                == "created a.deploy 1 step 0 items 2 findings")
    }

    @Test func `what is stored for the first time is told from a new version, and both from what is known`()
        async throws
    {
        func answer(_ status: String, _ number: Int) -> ScriptedPeer.Act {
            .json(status, #"{"name":"a","number":\#(number),"steps":[],"checklist":[],"findings":[]}"#)
        }
        let peer = try ScriptedPeer([answer("201 Created", 1), answer("201 Created", 2), answer("200 OK", 2)])
        try await Client.with(try ServerAddress(peer.url), token: "t") { client in
            var results: [Imported] = []
            for _ in 0..<3 { results.append(try await client.importGuide(Array("# a".utf8), name: "a")) }
            #expect(results.map(\.result) == [.created, .newVersion, .unchanged])
            #expect(ImportCommand.line(of: results[1]) == "new version a 0 steps 0 items 0 findings")
        }
    }

    @Test func `several are sent at once, and each is told of in the order given`() async throws {
        let names = (1...9).map { "guide-\($0)" }
        let files = try names.map { GuideFile(path: try folder.write("# \($0)", to: "\($0).md"), name: $0) }
        // A connection each, answered in the order in which they come, whichever that is.
        let peer = try ScriptedPeer(
            names.map { _ in .json("201 Created", #"{"name":"a","number":1,"steps":[],"checklist":[],"findings":[]}"#) }
        )
        try await Client.with(try ServerAddress(peer.url), token: "t") { client in
            var told: [Int] = []
            try await files.sent(to: client, atOnce: 4) { index, result in
                told.append(index)
                #expect(throws: Never.self) { try result.get() }
                return true
            }
            #expect(told == Array(files.indices))
        }
        let sent = peer.requests.compactMap { $0.firstMatch(of: /name=(guide-\d)/).map { String($0.1) } }
        #expect(sent.sorted() == names)
    }

    @Test func `after what meets every file no further one is sent, and those on their way are told of`() async throws {
        let files = try (1...9).map { GuideFile(path: try folder.write("# \($0)", to: "\($0).md"), name: "g\($0)") }
        let peer = try ScriptedPeer(
            (1...9).map { _ in .problem(403, "forbidden", "No.") })
        try await Client.with(try ServerAddress(peer.url), token: "t") { client in
            var told: [Int] = []
            try await files.sent(to: client, atOnce: 2) { index, result in
                told.append(index)
                guard case .failure(let problem) = result else { return true }
                return problem.code != .forbidden
            }
            #expect(told == Array(0..<told.count) && (1...3).contains(told.count), "\(told)")
            #expect(peer.requests.count == told.count)
        }
    }
}
