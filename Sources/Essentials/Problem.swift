/// The one error that callers are meant to see: what is wrong, and in a sentence what to do about it.
///
/// Everything else that is thrown is internal: logged whole and answered as "internal error".
/// Serialised for HTTP as RFC 9457 problem details by `Server`.
package struct Problem: Error, Sendable, Equatable {
    package enum Code: String, Sendable, CaseIterable {
        case invalid
        case unauthenticated
        case forbidden
        case notFound = "not-found"
        case conflict
        /// Somebody else has changed it since it was read.
        case outdated
        case limited
        case unavailable
    }

    /// One wrong field: its name, a JSON pointer or a `file:line`, and what would be right.
    package struct Field: Sendable, Equatable {
        package let name: String
        package let message: String
        /// The line in the runbook's source that the field is about, from 1.
        package let line: Int?

        package init(name: String, message: String, line: Int? = nil) {
            self.name = name
            self.message = message
            self.line = line
        }
    }

    package let code: Code
    /// A sentence that says what to do.
    package let message: String
    package let fields: [Field]

    package init(_ code: Code, _ message: String, fields: [Field] = []) {
        self.code = code
        self.message = message
        self.fields = fields
    }

    package static func invalid(_ message: String, fields: [Field] = []) -> Problem {
        Problem(.invalid, message, fields: fields)
    }

    package static func notFound(_ message: String) -> Problem { Problem(.notFound, message) }
    package static func conflict(_ message: String, fields: [Field] = []) -> Problem {
        Problem(.conflict, message, fields: fields)
    }
    package static func outdated(_ message: String) -> Problem { Problem(.outdated, message) }
    package static func forbidden(_ message: String) -> Problem { Problem(.forbidden, message) }
    package static func unauthenticated(_ message: String) -> Problem { Problem(.unauthenticated, message) }
    package static func limited(_ message: String) -> Problem { Problem(.limited, message) }
    package static func unavailable(_ message: String) -> Problem { Problem(.unavailable, message) }
}

extension Problem: CustomStringConvertible {
    /// The message with its fields, on one line, as the command line prints it.
    package var description: String {
        guard !fields.isEmpty else { return message }
        let details = fields.map { field in
            field.line.map { "line \($0): \(field.message)" } ?? "\(field.name): \(field.message)"
        }
        return "\(message) (\(details.joined(separator: "; ")))"
    }
}
