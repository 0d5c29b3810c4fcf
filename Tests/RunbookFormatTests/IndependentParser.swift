import Foundation
import Testing

/// Another parser, in another language.
enum IndependentParser {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()

    /// What a script of `Independent` makes of guides.
    static func read<Answer: Decodable>(_ guides: [String], by script: String) throws -> [Answer] {
        let answers: [Answer] = try answer(to: guides, by: script)
        try #require(answers.count == guides.count)
        return answers
    }

    /// What a script of `Independent` answers; question and answer are JSON.
    static func answer<Answer: Decodable>(to question: some Encodable, by script: String) throws -> Answer {
        let exchange = FileManager.default.temporaryDirectory.appending(path: "independent-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: exchange, withIntermediateDirectories: true)
        let input = exchange.appending(path: "question.json")
        let output = exchange.appending(path: "answer.json")
        try JSONEncoder().encode(question).write(to: input)
        try Data().write(to: output)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            ProcessInfo.processInfo.environment["RUNBOOK_PYTHON"] ?? "python3",
            folder.appending(path: "Independent/\(script)").path,
        ]
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = try FileHandle(forWritingTo: output)
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(script) needs what Scripts/bootstrap --tests installs")
        let answer = try JSONDecoder().decode(Answer.self, from: Data(contentsOf: output))
        try FileManager.default.removeItem(at: exchange)
        return answer
    }
}
