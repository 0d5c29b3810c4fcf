import Essentials

/// What a form's field has, of which each line is `NAME=value`.
enum Assignments {
    /// - Throws: `Problem.invalid` naming the field.
    static func parse(_ text: String, field: String) throws(Problem) -> [String: String] {
        var values: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) where !line.allSatisfy(\.isWhitespace) {
            guard let equals = line.firstIndex(of: "="), equals != line.startIndex else {
                throw .invalid(
                    "It is not kept as it stands: correct \(field).",
                    fields: [.init(name: field, message: "each line has a name, = and a value")])
            }
            values[line[..<equals].filter { !$0.isWhitespace }] = String(line[line.index(after: equals)...])
        }
        return values
    }
}
