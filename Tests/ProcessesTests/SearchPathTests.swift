import Foundation
import Processes
import Testing

@Suite struct SearchPathTests {
    @Test func `a folder or a file that may not be executed is no program`() throws {
        let folder = try Stage.temporaryFolder()
        try FileManager.default.createDirectory(atPath: "\(folder)/tool", withIntermediateDirectories: true)
        try Data("x".utf8).write(to: URL(filePath: "\(folder)/plain"))
        #expect(SearchPath("/nowhere:\(folder)").find("tool") == nil)
        #expect(SearchPath(folder).find("plain") == nil)
        #expect(SearchPath("").find("\(folder)/tool") == nil)
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test func `the first folder that has it counts, and a path needs none`() {
        #expect(SearchPath("/nowhere:/bin").find("sh") == "/bin/sh")
        #expect(SearchPath("/bin").find("no-such-program") == nil)
        #expect(SearchPath("").find("sh") == nil)
        #expect(SearchPath("").find("/bin/sh") == "/bin/sh")
    }
}
