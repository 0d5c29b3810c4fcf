import Essentials
import Foundation

extension String {
    /// With `{{name}}` filled by the values there are, in one pass, so that what is filled in is never itself filled.
    package func filled(with values: [String: String]) -> String {
        var text = ""
        var rest = Substring(self)
        while let start = rest.range(of: "{{"), let end = rest[start.upperBound...].range(of: "}}") {
            let name = String(rest[start.upperBound..<end.lowerBound]).trimmed
            text += rest[..<start.lowerBound]
            text += values[name] ?? String(rest[start.lowerBound..<end.upperBound])
            rest = rest[end.upperBound...]
        }
        return text + rest
    }

    /// Without the white space at both ends.
    package var trimmed: String {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }
}
