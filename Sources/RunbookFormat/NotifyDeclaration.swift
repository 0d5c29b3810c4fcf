package import Essentials

/// Who is told of a guide's runs, by the names of the server's destinations, and of what.
///
///     notify: on-call
///     notify: [on-call, {to: channel, on: [failed, waiting]}]
package struct NotifyDeclaration: Sendable, Equatable {
    /// What is told.
    package enum Occasion: String, Sendable, CaseIterable {
        case waiting
        case succeeded
        case failed
        case cancelled
        case rejected
        case rolledBack = "rolled-back"
        case interrupted
    }

    /// Why one can't be read, as a sentence.
    package struct Fault: Error, Equatable {
        package let message: String
    }

    /// The name of a destination.
    package let destination: String
    /// Everything that is no success, where the guide does not say.
    package let occasions: Set<Occasion>

    static let atMost = 20
    static let usualOccasions = Set(Occasion.allCases).subtracting([.succeeded])
    private static let keys: Set<String> = ["to", "on"]

    /// From one entry of the front matter.
    init(_ value: JSONValue) throws(Fault) {
        switch value {
        case .string(let name): (destination, occasions) = (try Self.name(.string(name)), Self.usualOccasions)
        case .object(let fields):
            if let unknown = fields.keys.filter({ !Self.keys.contains($0) }).min() {
                throw Fault(message: "\"notify\" has no \"\(Parameter.shown(unknown))\": it has to and on.")
            }
            destination = try Self.name(fields["to"] ?? .null)
            occasions = try Self.occasions(fields["on"] ?? .null)
        case .null, .bool, .integer, .number, .array:
            throw Fault(
                message:
                    "\"notify\" must be the name of a destination, a mapping such as {to: on-call, on: [failed]}, or a list of these."
            )
        }
    }

    private static func name(_ value: JSONValue) throws(Fault) -> String {
        guard case .string(let name) = value, (1...100).contains(name.utf8.count),
            !name.contains(where: { $0.isNewline })
        else { throw Fault(message: "\"notify\" needs the name of a destination, as `runbook notify list` has it.") }
        return name
    }

    private static func occasions(_ value: JSONValue) throws(Fault) -> Set<Occasion> {
        let words: [JSONValue]
        switch value {
        case .null: return usualOccasions
        case .array(let values): words = values
        default: words = [value]
        }
        var occasions: Set<Occasion> = []
        for word in words {
            guard case .string(let text) = word, let occasion = Occasion(rawValue: text) else {
                let choices = Occasion.allCases.map(\.rawValue).joined(separator: ", ")
                throw Fault(message: "The \"on\" of \"notify\" must be some of: \(choices).")
            }
            occasions.insert(occasion)
        }
        return occasions
    }
}
