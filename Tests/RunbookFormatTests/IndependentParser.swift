import Foundation
import Conversations
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
        let path = folder.appending(path: "Independent/\(script)").path
        let (output, status) = try Conversation.python([path], reads: Array(JSONEncoder().encode(question))).finish()
        try #require(status == 0, "\(script) needs what Scripts/bootstrap --tests installs")
        return try JSONDecoder().decode(Answer.self, from: Data(output.utf8))
    }
}
