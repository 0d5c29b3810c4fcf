import Foundation
import Glibc
import Testing

@testable import Runbooks

@Suite struct FolderEventsTests {
    @Test func `more news than the kernel keeps is one piece of news, after which nothing is taken for unfinished`()
        throws
    {
        let folder = try TemporaryFolder()
        let guides = folder.file("guides")
        try FileManager.default.createDirectory(atPath: guides, withIntermediateDirectories: true)
        let events = try #require(FolderEvents(around: guides, patience: .seconds(3600)))
        #expect(events.watch(guides))
        let descriptor = open(guides + "/half.md", O_WRONLY | O_CREAT, 0o644)
        defer { close(descriptor) }
        events.read()
        let before = events.count
        #expect(before > 0 && events.unfinished == [guides + "/half.md"])
        let limit = try String(contentsOfFile: "/proc/sys/fs/inotify/max_queued_events", encoding: .utf8)
        let most = try #require(Int(limit.trimmingCharacters(in: .whitespacesAndNewlines)))
        try Data("# A\n".utf8).write(to: URL(filePath: guides + "/a.md"))
        try Data("# B\n".utf8).write(to: URL(filePath: guides + "/b.md"))
        // By turns, for the kernel tells the same thing twice running only once.
        for number in 0..<most + 10 { utimes(guides + (number.isMultiple(of: 2) ? "/a.md" : "/b.md"), nil) }
        #expect(write(descriptor, "# Half\n", 7) == 7, "nobody is told of this any more")
        events.read()
        #expect(events.count == before + 1, "so the folder is scanned")
        #expect(events.unfinished.isEmpty)
        let scan = FolderScan(guides) { _ in }
        #expect(Set(scan.files.keys) == ["half.md", "a.md", "b.md"])
        // And news go on.
        try Data("# C\n".utf8).write(to: URL(filePath: guides + "/c.md"))
        events.read()
        #expect(events.count == before + 2)
    }
}
