package import Essentials

/// How many runs there may be at a time, and of what.
///
/// In the front matter it is a number, a word for one at a time, or a mapping:
///
///     concurrency: 2
///     concurrency: service
///     concurrency: {limit: 2, of: service}
///     concurrency: {limit: 1, of: host}
package struct ConcurrencyRule: Sendable, Equatable {
    package enum Subject: String, Sendable, CaseIterable {
        /// The runs of this runbook.
        case runbook
        /// The runs of all runbooks that name the same service and ask for this too.
        case service
        /// The runs of all runbooks that have a step on the same machine and ask for this too.
        case host
    }

    /// Why one can't be read, as a sentence.
    package struct Fault: Error, Equatable {
        package let message: String
    }

    package let limit: Int
    package let subject: Subject

    /// More can't be meant: there are no more workers.
    package static let most = 1000
    private static let keys: Set<String> = ["limit", "of"]

    /// - Throws: `Fault` for a limit below 1 or above `most`.
    package init(limit: Int, of subject: Subject = .runbook) throws(Fault) {
        guard (1...Self.most).contains(limit) else {
            throw Fault(message: "The limit of \"concurrency\" must be a whole number from 1 to \(Self.most).")
        }
        self.limit = limit
        self.subject = subject
    }

    /// From the front matter.
    init(_ value: JSONValue) throws(Fault) {
        switch value {
        case .integer(let limit): try self.init(limit: Int(clamping: limit))
        case .string(let word): try self.init(limit: 1, of: try Self.subject(word))
        case .object(let fields):
            if let unknown = fields.keys.filter({ !Self.keys.contains($0) }).min() {
                throw Fault(message: "\"concurrency\" has no \"\(Parameter.shown(unknown))\": it has limit and of.")
            }
            var (limit, subject) = (1, Subject.runbook)
            switch fields["limit"] ?? .null {
            case .null: break
            case .integer(let number): limit = Int(clamping: number)
            default: limit = 0
            }
            switch fields["of"] ?? .null {
            case .null: break
            case .string(let word): subject = try Self.subject(word)
            default: subject = try Self.subject("")
            }
            try self.init(limit: limit, of: subject)
        case .null, .bool, .number, .array:
            throw Fault(
                message:
                    "\"concurrency\" must be a number such as 1, the word service or host, or a mapping such as {limit: 2, of: service}."
            )
        }
    }

    private static func subject(_ word: String) throws(Fault) -> Subject {
        guard let subject = Subject(rawValue: word) else {
            throw Fault(message: "What \"concurrency\" counts the runs of must be one of: runbook, service, host.")
        }
        return subject
    }
}
