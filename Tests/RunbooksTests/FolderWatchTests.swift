import Essentials
import Foundation
import Glibc
import Journal
import Logging
import Testing

@testable import Runbooks

/// A real folder, changed as editors and Git change it.
@Suite(.timeLimit(.minutes(10))) struct FolderWatchTests {
    @Test(arguments: [false, true])
    func `a file that is new, changed, renamed and deleted is followed`(isPolling: Bool) async throws {
        let fixture = try FolderFixture()
        try await fixture.follow(isPolling: isPolling) { told in
            try fixture.write("web/deploy.md", "# Deploy\n")
            _ = try await told.next("runbook.imported", "web.deploy")
            #expect(try await fixture.entry("web.deploy").origin == .folder)
            try fixture.write("web/deploy.md", "# Deploy again\n")
            _ = try await told.next("runbook.imported", "web.deploy")
            #expect(try await fixture.entry("web.deploy").title == "Deploy again")
            try fixture.move("web/deploy.md", to: "web/ship.md")
            _ = try await told.next("runbook.imported", "web.ship")
            _ = try await told.next("runbook.gone", "web.deploy")
            let gone = try await fixture.entry("web.deploy")
            #expect(gone.gone != nil && gone.origin == .import)
            #expect(try await fixture.catalogue.versions(of: "web.deploy", .init(), by: fixture.ada).items.count == 2)
            try fixture.remove("web")
            _ = try await told.next("runbook.gone", "web.ship")
        }
    }

    @Test func `an editor that writes beside the file and renames makes one version`() async throws {
        let fixture = try FolderFixture()
        try fixture.write("deploy.md", "# One\n")
        try await fixture.follow { told in
            _ = try await told.next("runbook.imported", "deploy")
            try fixture.write(".deploy.md.swp", "# Not this\n")
            try fixture.write("deploy.md~", "# Nor this\n")
            try fixture.write("deploy.md.tmp", "# Two\n")
            try fixture.move("deploy.md.tmp", to: "deploy.md")
            _ = try await told.next("runbook.imported", "deploy")
            #expect(try await fixture.entry("deploy").title == "Two")
            #expect(try await fixture.catalogue.versions(of: "deploy", .init(), by: fixture.ada).items.count == 2)
            #expect(try await fixture.catalogue.count(by: fixture.ada) == 1)
        }
    }

    @Test func `a file that is being written is stored once, when it is whole`() async throws {
        let fixture = try FolderFixture()
        try await fixture.follow { told in
            let descriptor = open("\(fixture.guides)/slow.md", O_WRONLY | O_CREAT, 0o644)
            _ = Glibc.write(descriptor, "# Slow\n", 7)
            // Something else is stored meanwhile, so that the half would have been.
            try fixture.write("other.md", "# Other\n")
            _ = try await told.next("runbook.imported", "other")
            _ = Glibc.write(descriptor, "\n- [ ] all of it\n", 17)
            close(descriptor)
            _ = try await told.next("runbook.imported", "slow")
            let versions = try await fixture.catalogue.versions(of: "slow", .init(), by: fixture.ada).items
            #expect(versions.map(\.items) == [1])
        }
    }

    @Test func `hundreds of files at once are all taken in, and a replaced folder with them`() async throws {
        let fixture = try FolderFixture()
        try await fixture.follow { told in
            for number in 0..<300 { try fixture.write("team-\(number % 7)/guide-\(number).md", "# Guide \(number)\n") }
            try await told.all(
                "runbook.imported", Set((0..<300).map { "team-\($0 % 7).guide-\($0)" }))
            // As a deployment replaces it by another of the same name.
            let (old, new) = (fixture.folder.file("old"), fixture.folder.file("new"))
            try FileManager.default.createDirectory(atPath: new, withIntermediateDirectories: true)
            try Data("# Only one\n".utf8).write(to: URL(filePath: new + "/one.md"))
            #expect(rename(fixture.guides, old) == 0 && rename(new, fixture.guides) == 0)
            _ = try await told.next("runbook.imported", "one")
            _ = try await told.next("runbook.gone", "team-0.guide-0")
            try fixture.write("two.md", "# Another\n")
            _ = try await told.next("runbook.imported", "two")
        }
    }

    @Test func `a file that can't be a runbook leaves what was stored, and is named until it is mended`() async throws {
        let fixture = try FolderFixture()
        try fixture.write("deploy.md", "# One\n")
        try await fixture.follow { told in
            _ = try await told.next("runbook.imported", "deploy")
            try fixture.write("deploy.md", "a\0b")
            let refused = try await told.next("runbook.refused", "deploy")
            #expect(refused.details["path"] == "deploy.md")
            #expect(try await fixture.entry("deploy").title == "One")
            try fixture.write("empty.md", "")
            _ = try await told.next("runbook.refused", "empty")
            try fixture.write("deploy.md", "# Mended\n")
            _ = try await told.next("runbook.imported", "deploy")
            _ = try await told.next("runbook.mended", "deploy")
            #expect(fixture.catalogue.folder.faults.map(\.path) == ["empty.md"])
            try fixture.remove("empty.md")
            _ = try await told.next("runbook.mended", "empty")
            #expect(fixture.catalogue.folder.faults.isEmpty)
        }
    }

    @Test func `two files of one name are both refused until one of them goes`() async throws {
        let fixture = try FolderFixture()
        try await fixture.follow { told in
            try fixture.write("deploy.md", "# One\n")
            _ = try await told.next("runbook.imported", "deploy")
            try fixture.write("deploy.markdown", "# Two\n")
            let refused = try await told.next("runbook.refused", "deploy")
            #expect(refused.details["problem"]?.string?.contains("deploy.markdown and deploy.md") == true)
            #expect(try await fixture.entry("deploy").title == "One")
            try fixture.remove("deploy.md")
            _ = try await told.next("runbook.imported", "deploy")
            #expect(try await fixture.entry("deploy").title == "Two")
        }
    }

    @Test func `links out of the folder are refused, links within it are followed, to folders neither`() async throws {
        let fixture = try FolderFixture()
        let outside = fixture.folder.file("secret.md")
        try Data("# Secret\n".utf8).write(to: URL(filePath: outside))
        try fixture.write("real.md", "# Real\n")
        for (link, target) in [("out.md", outside), ("in.md", "real.md"), ("round", "."), ("lost.md", "nowhere")] {
            try FileManager.default.createSymbolicLink(
                atPath: "\(fixture.guides)/\(link)", withDestinationPath: target)
        }
        try await fixture.follow { told in
            try await told.all("runbook.refused", ["out", "lost"])
            #expect(try await fixture.entry("in").title == "Real")
            #expect(try await fixture.catalogue.count(by: fixture.ada) == 2)
        }
    }

    @Test func `nothing is imported over what stands in the folder, and anything over what has gone`() async throws {
        let fixture = try FolderFixture()
        try fixture.write("deploy.md", "# One\n")
        try await fixture.follow { told in
            _ = try await told.next("runbook.imported", "deploy")
            await #expect(throws: Problem.self) {
                try await fixture.catalogue.store(Array("# Mine\n".utf8), name: "deploy", by: fixture.ada)
            }
            try fixture.remove("deploy.md")
            _ = try await told.next("runbook.gone", "deploy")
            let stored = try await fixture.catalogue.store(Array("# Mine\n".utf8), name: "deploy", by: fixture.ada)
            #expect(stored.isNewVersion && stored.entry.gone == nil)
            _ = try await told.next("runbook.imported", "deploy")
            try fixture.write("deploy.md", "# One\n")
            _ = try await told.next("runbook.imported", "deploy")
            #expect(try await fixture.entry("deploy").origin == .folder)
        }
    }

    @Test func `a folder that can't be read takes nothing away`() async throws {
        guard geteuid() != 0 else { return }
        let fixture = try FolderFixture()
        try fixture.write("team/deploy.md", "# One\n")
        try await fixture.follow { told in
            _ = try await told.next("runbook.imported", "team.deploy")
            #expect(chmod("\(fixture.guides)/team", 0) == 0)
            try fixture.write("other.md", "# Other\n")
            _ = try await told.next("runbook.imported", "other")
            #expect(try await fixture.entry("team.deploy").gone == nil)
            #expect(chmod("\(fixture.guides)/team", 0o755) == 0)
        }
    }

    @Test func `what changed while nobody looked is taken in at the next start`() async throws {
        let fixture = try FolderFixture()
        try fixture.write("one.md", "# One\n")
        try fixture.write("two.md", "# Two\n")
        try await fixture.follow { told in try await told.all("runbook.imported", ["one", "two"]) }
        try fixture.remove("one.md")
        try fixture.write("two.md", "# Two again\n")
        let watch = FolderWatch(fixture.catalogue, folder: fixture.guides, logger: Logger(label: "test"))
        _ = try await watch.takeIn()
        #expect(try await fixture.entry("one").gone != nil)
        #expect(try await fixture.entry("two").title == "Two again")
    }
}
