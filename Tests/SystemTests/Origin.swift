import Foundation
import Testing

/// `Tests/Receiver/origin.py` on a port of its own.
struct Origin {
    let address: String
    private let child: Child

    init(in folder: String) async throws {
        let program =
            URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Receiver/origin.py").path
        let child = try Child(
            try #require(Programs.find("python3"), "install python3"), [program],
            environment: ["PYTHONDONTWRITEBYTECODE": "1"], log: "\(folder)/origin-\(UUID().uuidString)",
            directory: folder)
        try await until("the web server is ready") {
            guard !child.hasEnded else { throw Server.Refused(words: try child.error) }
            return try child.output.contains("\n")
        }
        self.child = child
        let port = try #require(try child.output.split(separator: "\n").first?.split(separator: " ").last)
        address = "http://127.0.0.1:\(port)"
    }

    /// What came, in order.
    var requests: [JSON] {
        get throws {
            // The last line may not be whole yet.
            try child.output.split(separator: "\n", omittingEmptySubsequences: false).dropFirst().dropLast()
                .map { try JSON(parsing: String($0)) }
        }
    }

    func end() { child.signal(SIGKILL) }

    static func with<Value>(in folder: String, _ body: (Origin) async throws -> Value) async throws -> Value {
        let origin = try await Origin(in: folder)
        defer { origin.end() }
        return try await body(origin)
    }
}
