package import Essentials

/// What is watched while a stage of a deployment is live, and for a while after: an HTTP probe or a query.
///
///     guards:
///       - {http: "https://shop.internal/health", interval: 10s, failures: 3, p95: 800ms}
///       - {query: "rate(errors[5m])", above: 0.05, for: 2m}
package struct GuardDeclaration: Sendable, Equatable {
    /// What is asked.
    package enum Probe: Sendable, Equatable {
        /// An address that must answer below 400; it trips after so many failures in a row, or where 95 or 99 of 100 answers
        /// take longer than this.
        case http(String, failures: Int, p95: Duration?, p99: Duration?)
        /// A query in PromQL; it trips where its value is above or below a bound.
        case query(String, above: Double?, below: Double?)
    }

    /// Why one can't be read, as a sentence.
    package struct Fault: Error, Equatable {
        package let message: String
    }

    package let name: String?
    package let probe: Probe
    /// How often it is asked.
    package let interval: Duration
    /// How long it must be wrong without a break before it trips.
    package let lasts: Duration?

    static let atMost = 20
    static let usualInterval = Duration.seconds(10)
    static let mostFailures = 100
    private static let keys: Set<String> = [
        "name", "http", "query", "interval", "for", "failures", "p95", "p99", "above", "below",
    ]

    /// From one entry of the front matter.
    init(_ value: JSONValue) throws(Fault) {
        guard case .object(let given) = value else {
            throw Fault(message: "\"guards\" is a mapping with \"http\" or \"query\", or a list of these.")
        }
        let fields = given.filter { $0.value != .null }
        if let unknown = fields.keys.filter({ !Self.keys.contains($0) }).min() {
            let advice = Spelling.nearest(to: unknown, in: Self.keys).map { "did you mean \"\($0)\"?" }
            throw Fault(
                message:
                    "A guard has no \"\(Parameter.shown(unknown))\": \(advice ?? "it has \(Self.keys.sorted().joined(separator: ", ")).")"
            )
        }
        let http = try Self.text("http", in: fields)
        let query = try Self.text("query", in: fields)
        name = try Self.text("name", in: fields)
        interval = try Self.duration("interval", in: fields) ?? Self.usualInterval
        lasts = try Self.duration("for", in: fields)
        switch (http, query) {
        case (let address?, nil):
            guard address.hasPrefix("http://") || address.hasPrefix("https://") else {
                throw Fault(message: "The \"http\" of a guard must be an address that begins with http:// or https://.")
            }
            try Self.refuse(["above", "below"], in: fields, besides: "http")
            probe = .http(
                address, failures: try Self.failures(in: fields), p95: try Self.duration("p95", in: fields),
                p99: try Self.duration("p99", in: fields))
        case (nil, let query?):
            try Self.refuse(["failures", "p95", "p99"], in: fields, besides: "query")
            let above = try Self.number("above", in: fields)
            let below = try Self.number("below", in: fields)
            guard above != nil || below != nil else {
                throw Fault(message: "A guard's \"query\" needs \"above\" or \"below\", the bound at which it trips.")
            }
            probe = .query(query, above: above, below: below)
        case (nil, nil), (_?, _?):
            throw Fault(message: "A guard has either \"http\" or \"query\".")
        }
    }

    private static func refuse(_ names: [String], in fields: [String: JSONValue], besides: String) throws(Fault) {
        for name in names where fields[name] != nil {
            throw Fault(message: "The \"\(name)\" of a guard means nothing beside \"\(besides)\"; take it out.")
        }
    }

    private static func text(_ name: String, in fields: [String: JSONValue]) throws(Fault) -> String? {
        guard let value = fields[name] else { return nil }
        guard case .string(let text) = value, (1...2000).contains(text.utf8.count) else {
            throw Fault(message: "The \"\(name)\" of a guard must be text of at most 2000 bytes.")
        }
        return text
    }

    private static func failures(in fields: [String: JSONValue]) throws(Fault) -> Int {
        guard let value = fields["failures"] else { return 3 }
        guard case .integer(let number) = value, (1...Int64(mostFailures)).contains(number) else {
            throw Fault(message: "The \"failures\" of a guard must be a whole number from 1 to \(mostFailures).")
        }
        return Int(number)
    }

    private static func number(_ name: String, in fields: [String: JSONValue]) throws(Fault) -> Double? {
        switch fields[name] {
        case nil: return nil
        case .integer(let number): return Double(number)
        case .number(let number) where number.isFinite: return number
        default: throw Fault(message: "The \"\(name)\" of a guard must be a number.")
        }
    }

    private static func duration(_ name: String, in fields: [String: JSONValue]) throws(Fault) -> Duration? {
        guard let value = fields[name] else { return nil }
        guard case .string(let text) = value, let duration = DurationText.parse(text), duration > .zero else {
            throw Fault(message: "The \"\(name)\" of a guard must be a duration such as 30s, 5m or 1h30m.")
        }
        return duration
    }
}
