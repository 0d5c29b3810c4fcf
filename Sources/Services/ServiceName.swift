package import Essentials

/// How services and environments are called: `accunode`, `orders-db`, `production`.
package enum ServiceName {
    package static let maximumBytes = 63
    package static let form = "lower-case letters, digits, and dots, dashes or underscores between them"

    /// Whether a service may be recorded under the name. `new` is where the form for a new one stands.
    package static func isName(_ name: String) -> Bool { isIdentifier(name) && name != "new" }

    /// - Throws: `Problem.invalid` that says what a name is made of.
    package static func check(_ name: String) throws(Problem) {
        guard let fault = fault(of: name) else { return }
        throw .invalid(
            "\"\(name.prefix(80))\" is not a service's name: \(fault).", fields: [.init(name: "name", message: fault)])
    }

    /// What is wrong with a name; nil when nothing is.
    static func fault(of name: String) -> String? {
        if name == "new" { return "new is taken by the form for a new service" }
        return isIdentifier(name) ? nil : "it has \(form), at most \(maximumBytes) characters"
    }

    package static func isIdentifier(_ text: String) -> Bool {
        guard (1...maximumBytes).contains(text.utf8.count) else { return false }
        let bytes = Array(text.utf8)
        return isLetterOrDigit(bytes[0]) && isLetterOrDigit(bytes[bytes.count - 1])
            && bytes.allSatisfy {
                isLetterOrDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
                    || $0 == UInt8(ascii: "_")
            }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
