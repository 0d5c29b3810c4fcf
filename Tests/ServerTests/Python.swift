import Foundation
import Conversations
import Testing

/// Programs that share nothing with ours.
enum Python {
    /// - Returns: what the program printed.
    static func run(_ program: String, input: Data) throws -> String {
        let (output, status) = try Conversation.python(["-c", program], reads: Array(input)).finish()
        try #require(status == 0)
        return output
    }
}
