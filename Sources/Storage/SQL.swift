package import Essentials
package import Foundation

/// A statement whose interpolated values are bound, never pasted: `"SELECT … WHERE id = \(id)"`.
///
/// There is no way to interpolate raw text but another `SQL`, which was itself made of literals.
package struct SQL: Sendable, ExpressibleByStringInterpolation {
    package enum Value: Sendable, Equatable {
        case null
        case integer(Int64)
        case real(Double)
        case text(String)
        case blob(Data)
    }

    let text: String
    let values: [Value]

    private init(text: String, values: [Value]) {
        self.text = text
        self.values = values
    }

    package init(stringLiteral value: String) { self.init(text: value, values: []) }

    package init(stringInterpolation: Interpolation) {
        self.init(text: stringInterpolation.text, values: stringInterpolation.values)
    }

    package static func + (a: SQL, b: SQL) -> SQL { SQL(text: a.text + b.text, values: a.values + b.values) }

    package struct Interpolation: StringInterpolationProtocol {
        fileprivate var text = ""
        fileprivate var values: [Value] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount)
            values.reserveCapacity(interpolationCount)
        }

        package mutating func appendLiteral(_ literal: String) { text += literal }

        package mutating func appendInterpolation(_ fragment: SQL) {
            text += fragment.text
            values += fragment.values
        }

        package mutating func appendInterpolation(_ value: some SQLBindable) { bind(value.sqlValue) }

        package mutating func appendInterpolation(_ value: (some SQLBindable)?) {
            // A key path is made anew each time; a closure is not.
            bind(value.map { $0.sqlValue } ?? .null)
        }

        private mutating func bind(_ value: Value) {
            text += "?"
            values.append(value)
        }
    }
}

/// What can be bound in a statement.
package protocol SQLBindable {
    var sqlValue: SQL.Value { get }
}

extension String: SQLBindable {
    package var sqlValue: SQL.Value { .text(self) }
}
extension Int: SQLBindable {
    package var sqlValue: SQL.Value { .integer(Int64(self)) }
}
extension Int64: SQLBindable {
    package var sqlValue: SQL.Value { .integer(self) }
}
extension Int32: SQLBindable {
    package var sqlValue: SQL.Value { .integer(Int64(self)) }
}
extension Double: SQLBindable {
    package var sqlValue: SQL.Value { .real(self) }
}
extension Bool: SQLBindable {
    package var sqlValue: SQL.Value { .integer(self ? 1 : 0) }
}
extension Data: SQLBindable {
    package var sqlValue: SQL.Value { .blob(self) }
}
extension Timestamp: SQLBindable {
    package var sqlValue: SQL.Value { .integer(microseconds) }
}
extension ID: SQLBindable {
    package var sqlValue: SQL.Value { .text(rawValue) }
}
extension SQLBindable where Self: RawRepresentable, RawValue == String {
    package var sqlValue: SQL.Value { .text(rawValue) }
}
extension Role: SQLBindable {}
extension Via: SQLBindable {}
