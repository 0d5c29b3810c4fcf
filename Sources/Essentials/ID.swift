import Foundation

/// An identifier of one kind of thing: 26 characters that sort by the time they were made (ULID's layout, lower case).
///
/// `Subject` only tells the compiler what it identifies: `ID<Run>` and `ID<Person>` do not mix.
package struct ID<Subject>: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let rawValue: String

    /// Takes any text, for it may come from outside; an unknown id is answered by "not found".
    package init(_ rawValue: String) { self.rawValue = rawValue }

    /// A new one: 48 bits of milliseconds and 80 random bits, Crockford's base 32.
    package init(at timestamp: Timestamp) {
        var characters = Self.beginning(at: timestamp)
        for byte in randomBytes(16) { characters.append(crockford[Int(byte & 31)]) }
        rawValue = String(decoding: characters, as: UTF8.self)
    }

    /// What sorts before each identifier that was made at the time or later, and after each made earlier.
    package static func lowerBound(at timestamp: Timestamp) -> String {
        String(decoding: beginning(at: timestamp), as: UTF8.self)
    }

    private static func beginning(at timestamp: Timestamp) -> [UInt8] {
        var characters: [UInt8] = []
        characters.reserveCapacity(26)
        let milliseconds = UInt64(max(0, timestamp.microseconds / 1000))
        for shift in stride(from: 45, through: 0, by: -5) {
            characters.append(crockford[Int((milliseconds >> UInt64(shift)) & 31)])
        }
        return characters
    }

    package var description: String { rawValue }

    package static func < (a: ID, b: ID) -> Bool { a.rawValue < b.rawValue }
}

extension ID: Codable {
    package init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(String.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

private let crockford = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
