/// A line that says how somebody is reached, with its first address as a link: on a phone a tap calls or writes.
struct ContactLine: Encodable, Sendable {
    struct Link: Encodable, Sendable {
        /// As it is written.
        let address: String
        /// `mailto:`, `tel:` or an address of the web.
        let target: String
    }

    let before: String
    /// Nil in a line without an address.
    let link: Link?
    let after: String

    init(_ line: String) {
        let mail = /[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+/
        let phone = /\+[0-9](?:[0-9 ().\/\-]*[0-9]){5,}/
        let web = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/
        let found = [
            line.firstMatch(of: web).map { ($0.range, String($0.output)) },
            line.firstMatch(of: mail).map { ($0.range, "mailto:\($0.output)") },
            line.firstMatch(of: phone).map { ($0.range, "tel:\($0.output.filter { $0 == "+" || $0.isNumber })") },
        ].compactMap(\.self).min { $0.0.lowerBound < $1.0.lowerBound }
        guard let (range, target) = found else {
            (before, link, after) = (line, nil, "")
            return
        }
        before = String(line[..<range.lowerBound])
        link = Link(address: String(line[range]), target: target)
        after = String(line[range.upperBound...])
    }
}
