import Essentials

/// What happened, newest first, and whether the record holds.
struct JournalPage: WebPage {
    static let template = "journal/journal"

    struct Row: Encodable, Sendable {
        let seq: String
        let time: Moment
        let actor: String
        let sentence: String
        let kind: String
        let objects: [Object]
        /// `note as agreed · outcome succeeded · step smoke`; nil where there is nothing to add.
        let details: String?
        let hash: String

        /// - Parameters:
        ///   - actor: who did it, as people call it.
        ///   - objects: what it was done to, each by its kind and id.
        ///   - details: what else the event says; lists and objects are left to the export.
        ///   - hash: the event's whole hash, in hexadecimal.
        init(
            seq: Int64, time: Timestamp, actor: String, kind: String, objects: [(kind: String, id: String)],
            details: [String: JSONValue] = [:], hash: String
        ) {
            self.seq = String(seq)
            self.time = Moment(time)
            self.actor = actor
            self.kind = kind
            sentence = JournalPage.verb(of: kind)
            self.objects = objects.map { Object(kind: $0.kind, id: $0.id) }
            let words = details.sorted { $0.key < $1.key }.compactMap { name, value in
                Self.words(value).map { "\(Self.spoken(name)) \($0)" }
            }
            self.details = words.isEmpty ? nil : words.joined(separator: " · ")
            self.hash = String(hash.prefix(12))
        }

        /// `not_before` as `not before`.
        private static func spoken(_ name: String) -> String {
            String(decoding: name.utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
        }

        /// A value as it is said in a line; a long one is cut. Bytes are counted first: characters take longer.
        private static func words(_ value: JSONValue) -> String? {
            switch value {
            // A digest is known by its beginning.
            case .string(let text) where text.utf8.count == 64 && text.allSatisfy(\.isHexDigit): String(text.prefix(12))
            case .string(let text) where !text.isEmpty:
                text.utf8.count <= 300 || text.count <= 300 ? text : "\(text.prefix(300))…"
            case .integer, .number, .bool: value.text
            case .string, .null, .array, .object: nil
            }
        }
    }

    struct Object: Encodable, Sendable {
        let objectKind: String
        let objectID: String
        let objectPath: String

        init(kind: String, id: String) {
            objectKind = kind
            objectID = id
            objectPath =
                switch kind {
                case "runbook": Paths.runbook(id)
                case "run": Paths.run(id)
                case "service": Paths.service(id)
                case "schedule": Paths.schedule(id)
                case "hook": Paths.hook(id)
                case "incident": Paths.incident(id)
                default: Paths.journal(object: "\(kind)/\(id)")
                }
        }
    }

    struct Choice: Encodable, Sendable {
        let option: String
        let label: String
        let isSelected: Bool
    }

    /// How the last verification ended.
    enum Verification: Sendable {
        case never
        case holds(through: Int64, at: Timestamp)
        case broken(at: Timestamp, first: Int64, reason: String)
    }

    struct Verdict: Encodable, Sendable {
        /// `good`, `bad` or `none`.
        let tone: String
        let words: String
        let verifiedAt: Moment?
    }

    let layout: Layout
    let sentence: String
    let headHash: String?
    let verdict: Verdict
    let verificationPath: String?
    let kinds: [Choice]
    let object: String
    let isFiltered: Bool
    let rows: [Row]
    let hasRows: Bool
    let nextPath: String?
    /// Where live news comes from; only on the first page.
    let eventsPath: String?

    /// - Parameters:
    ///   - head: the number and the hash of the last event of all; nil for an empty journal.
    ///   - kind, object: the filter in use; an object as `run/ID`.
    ///   - knownKinds: the kinds to choose among.
    ///   - isFirstPage: whether the newest event is on it.
    init(
        rows: [Row], head: (seq: Int64, hash: String)?, verification: Verification, kind: String? = nil,
        object: String? = nil, knownKinds: [String], isFirstPage: Bool, next: String?, mayVerify: Bool, reader: Reader
    ) {
        layout = Layout("Journal", place: .journal, reader: reader, scripts: isFirstPage ? ["journal.js"] : [])
        sentence =
            switch head?.seq {
            case nil: "Nothing is on the record yet."
            case 1: "One event is on the record."
            case let count?: "\(count) events are on the record, each sealed to the one before it."
            }
        headHash = head.map { "\($0.seq):\($0.hash)" }
        verdict = Self.verdict(verification)
        verificationPath = mayVerify ? "/journal/verification" : nil
        kinds =
            [Choice(option: "", label: "every kind", isSelected: kind == nil)]
            + knownKinds.map { Choice(option: $0, label: $0, isSelected: $0 == kind) }
        self.object = object ?? ""
        isFiltered = kind != nil || object != nil
        self.rows = rows
        hasRows = !rows.isEmpty
        nextPath = next.map { Paths.journal(kind: kind, object: object, after: $0) }
        eventsPath = isFirstPage ? Paths.query("/journal/stream", [("after", head.map { String($0.seq) })]) : nil
    }

    private static func verdict(_ verification: Verification) -> Verdict {
        switch verification {
        case .never:
            Verdict(tone: "none", words: "It has not been verified since the server started", verifiedAt: nil)
        case .holds(let seq, let time):
            Verdict(tone: "good", words: "Everything up to event \(seq) holds: verified", verifiedAt: Moment(time))
        case .broken(let time, let seq, let reason):
            Verdict(
                tone: "bad", words: "Event \(seq) is the first that does not hold: \(reason). Found",
                verifiedAt: Moment(time))
        }
    }
}
