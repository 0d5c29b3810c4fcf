/// Where things are, percent-encoded: names may hold whatever a file's name may.
enum Paths {
    static func runbook(_ name: String) -> String { "/runbooks/\(encoded(name))" }

    static func runbookSource(_ name: String) -> String { "\(runbook(name))/source" }

    /// - Parameter version: its content hash.
    static func runbookSource(_ name: String, version: String) -> String {
        query(runbookSource(name), [("version", version)])
    }

    static func versions(_ runbook: String) -> String { "\(self.runbook(runbook))/versions" }

    /// What a version has other than the one before it.
    static func changes(_ runbook: String, version: Int) -> String { "\(versions(runbook))/\(version)/changes" }

    /// The form before a run: of the whole runbook, a section, or a step.
    static func runForm(
        _ runbook: String, section: String? = nil, step: String? = nil, incident: String? = nil
    ) -> String {
        query("\(self.runbook(runbook))/run", [("section", section), ("step", step), ("incident", incident)])
    }

    static func service(_ name: String) -> String { "/services/\(encoded(name))" }

    static func hook(_ name: String) -> String { "/hooks/\(encoded(name))" }

    static func schedule(_ id: String) -> String { "/schedules/\(encoded(id))" }

    static func run(_ id: String) -> String { "/runs/\(encoded(id))" }

    static func runs(state: String? = nil, after: String? = nil) -> String {
        query("/runs", [("state", state), ("after", after)])
    }

    static let queue = "/queue"

    static func deployments(state: String? = nil) -> String { query("/deployments", [("state", state)]) }

    static func deployment(_ id: String) -> String { "/deployments/\(encoded(id))" }

    static func journal(kind: String? = nil, object: String? = nil, after: String? = nil) -> String {
        query("/journal", [("kind", kind), ("object", object), ("after", after)])
    }

    /// What is appended to the journal after this event.
    static func checklist(_ id: String, position: Int? = nil) -> String {
        "/checklists/\(encoded(id))\(position.map { "#\(anchor(ofItem: $0))" } ?? "")"
    }

    static func anchor(ofItem position: Int) -> String { "page-item-\(position)" }

    /// The form before a checklist: of a whole runbook or of a section.
    static func checklistForm(_ runbook: String, section: String? = nil, incident: String? = nil) -> String {
        query("/checklists/new", [("runbook", runbook), ("section", section), ("incident", incident)])
    }

    static func news(after head: Int64) -> String { news(after: head, object: nil) }

    /// What happens from now on; of one object alone where it is named.
    static func news(after head: Int64, object: String?) -> String {
        query("/journal/stream", [("after", String(head)), ("object", object)])
    }

    /// `path?name=value&…` of the values that are there.
    static func query(_ path: String, _ values: [(String, String?)]) -> String {
        let pairs = values.compactMap { name, value in value.map { "\(encoded(name))=\(encoded($0))" } }
        return pairs.isEmpty ? path : "\(path)?\(pairs.joined(separator: "&"))"
    }

    static func fragment(_ id: String) -> String { "#\(encoded(id))" }

    /// Everything but RFC 3986's unreserved characters is encoded.
    static func encoded(_ text: String) -> String {
        if text.utf8.allSatisfy(isUnreserved) { return text }
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count * 2)
        for byte in text.utf8 {
            if isUnreserved(byte) {
                result.append(byte)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%\(digits.count == 1 ? "0" : "")\(digits)".utf8
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
