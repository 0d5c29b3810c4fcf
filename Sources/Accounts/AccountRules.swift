import Essentials
import Foundation

/// What a name and a password must be. Faults are sentences about one field.
enum AccountRules {
    static let nameCharacters = 1...100
    /// A character may carry any number of combining marks, so bytes are limited too.
    static let nameBytes = 400
    static let passwordCharacters = 12
    static let passwordBytes = 1024

    /// A name as it is kept: trimmed and in NFC.
    static func normalized(_ name: String) -> String {
        name.trimmingCharacters(in: .whitespacesAndNewlines).precomposedStringWithCanonicalMapping
    }

    /// What two names must differ in: `Ada`, `ada` and `ＡＤＡ` are one.
    static func key(_ name: String) -> String {
        normalized(name).lowercased().precomposedStringWithCompatibilityMapping
    }

    static func fault(name: String) -> String? {
        let name = normalized(name)
        guard name.utf8.count <= nameBytes, nameCharacters.contains(name.count) else {
            return "must be 1 to 100 characters long."
        }
        let isVisible = name.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            // Format characters reorder or hide text: with them one name can look like another.
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
            default: true
            }
        }
        return isVisible ? nil : "must not hold control characters or invisible ones."
    }

    static func fault(password: String, name: String) -> String? {
        guard password.utf8.count <= passwordBytes else { return "must be at most 1024 bytes long." }
        guard password.count >= passwordCharacters else { return "must be at least 12 characters long." }
        return key(password) == key(name) ? "must not be the name." : nil
    }

    /// - Throws: `Problem.invalid` with the fields `name` and `password`.
    static func check(name: String, password: String) throws(Problem) {
        let faults = [("name", fault(name: name)), ("password", fault(password: password, name: name))]
        try refuse(faults, "This is no account yet")
    }

    /// - Throws: `Problem.invalid` with the fields that have a fault.
    static func refuse(_ faults: [(field: String, fault: String?)], _ what: String) throws(Problem) {
        let fields = faults.compactMap { field, fault in
            fault.map { Problem.Field(name: field, message: "The \(field) \($0)") }
        }
        guard fields.isEmpty else {
            throw .invalid("\(what): correct \(fields.map(\.name).joined(separator: " and ")).", fields: fields)
        }
    }
}
