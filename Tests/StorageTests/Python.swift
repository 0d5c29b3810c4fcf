import Conversations
import Testing

/// Programs that share nothing with ours: another process, another SQLite.
struct Python {
    private let conversation: Conversation

    /// Its input stays open until `end()`.
    static func start(_ program: String, _ arguments: String...) throws -> Python {
        Python(conversation: try Conversation.python(["-c", program] + arguments, reads: nil))
    }

    static func run(_ program: String, _ argument: String) throws {
        let python = try start(program, argument)
        try python.end()
    }

    /// What it printed, up to the end of the line.
    func line() -> String { conversation.line() }

    /// Closes its input, and waits until it has ended well.
    func end() throws { try #require(conversation.finish().status == 0) }
}
