import Foundation
import Testing

/// `Tests/Receiver/receiver.py` on a port of its own.
struct Receiver {
    let address: String
    private let child: Child
    private let program: String

    init(_ answers: [String], in folder: String) async throws {
        program =
            URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Receiver/receiver.py").path
        let child = try Child(
            try #require(Programs.find("python3"), "install python3"), [program, "serve"] + answers,
            environment: ["PYTHONDONTWRITEBYTECODE": "1"], log: "\(folder)/receiver-\(UUID().uuidString)",
            directory: folder)
        try await until("the receiver is ready") {
            guard !child.hasEnded else { throw Server.Refused(words: try child.error) }
            return try child.output.contains("\n")
        }
        self.child = child
        let port = try #require(try child.output.split(separator: "\n").first?.split(separator: " ").last)
        address = "http://127.0.0.1:\(port)"
    }

    var hasEnded: Bool { child.hasEnded }

    private var lines: [Substring] {
        get throws {
            // The last one may not be whole yet.
            try child.output.split(separator: "\n", omittingEmptySubsequences: false).dropFirst().dropLast()
        }
    }

    /// What came, in order.
    var requests: [JSON] { get throws { try lines.map { try JSON(parsing: String($0)) } } }

    /// What Python's own libraries say of each signature.
    func signatures(_ secret: String) async throws -> [String] {
        let input = try lines.map { $0 + "\n" }.joined()
        let checked = try await Python.run([program, "check", secret], input: input)
        try #require(checked.status == 0, "\(checked.error)")
        return checked.output.split(separator: "\n").map(String.init)
    }

    func end() { child.signal(SIGKILL) }
}
