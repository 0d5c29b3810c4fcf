import Foundation
import Testing

/// Programs in another language that judge the same as ours, with parsers that are not ours.
enum IndependentPython {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Independent")

    /// What a program of `Independent` answers, both as JSON.
    static func answer<Answer: Decodable>(of program: String, to question: some Encodable) throws -> Answer {
        let exchange = FileManager.default.temporaryDirectory.appending(path: "independent-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: exchange, withIntermediateDirectories: true)
        let input = exchange.appending(path: "input.json")
        let output = exchange.appending(path: "output.json")
        try JSONEncoder().encode(question).write(to: input)
        try Data().write(to: output)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            ProcessInfo.processInfo.environment["RUNBOOK_PYTHON"] ?? "python3", folder.appending(path: program).path,
        ]
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = try FileHandle(forWritingTo: output)
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(program) needs what Scripts/bootstrap --tests installs")
        let answer = try JSONDecoder().decode(Answer.self, from: Data(contentsOf: output))
        try FileManager.default.removeItem(at: exchange)
        return answer
    }
}
