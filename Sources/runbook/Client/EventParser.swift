import Essentials

/// One event of a stream.
struct ServerSentEvent: Sendable, Equatable {
    var event = "message"
    var data: String
    /// The last id that the stream gave: where to go on from.
    var id: String?
}

/// Reads server-sent events as bytes come in (WHATWG HTML, 9.2.6): any of the three line endings, also split
/// between two reads; several `data` lines; comments, which are the heartbeat.
struct EventParser {
    /// Far above what a server sends, so that an endless line cannot fill the memory.
    static let usualLimit = 32 * 1024 * 1024

    /// What the server asked to wait before connecting again.
    private(set) var retry: Duration?

    private let limit: Int
    private var line: [UInt8] = []
    private var skipsLineFeed = false
    private var isFirstLine = true
    private var event = ""
    private var data: [UInt8] = []
    private var hasData = false
    private var lastID: String?

    /// - Parameter limit: how many bytes one event may have.
    init(lastID: String? = nil, limit: Int = usualLimit) {
        self.lastID = lastID
        self.limit = limit
    }

    /// - Throws: `Problem.unavailable` for an event beyond the limit.
    mutating func consume(_ bytes: some Collection<UInt8>) throws(Problem) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            if skipsLineFeed {
                skipsLineFeed = false
                if rest.first == UInt8(ascii: "\n") {
                    rest.removeFirst()
                    continue
                }
            }
            guard let end = rest.firstIndex(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) else {
                line.append(contentsOf: rest)
                break
            }
            line.append(contentsOf: rest[..<end])
            skipsLineFeed = rest[end] == UInt8(ascii: "\r")
            rest = rest[rest.index(after: end)...]
            if let event = finishLine() { events.append(event) }
        }
        guard line.count + data.count <= limit else {
            throw .unavailable("The server sent an event of more than \(limit) bytes: is it a Runbook server?")
        }
        return events
    }

    private mutating func finishLine() -> ServerSentEvent? {
        defer { line.removeAll(keepingCapacity: true) }
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: [0xef, 0xbb, 0xbf]) { line.removeFirst(3) }
        }
        guard !line.isEmpty else { return dispatch() }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
            take(field: line[...], value: [])
            return nil
        }
        guard colon > 0 else { return nil }
        var value = line[(colon + 1)...]
        if value.first == UInt8(ascii: " ") { value.removeFirst() }
        take(field: line[..<colon], value: value)
        return nil
    }

    private mutating func take(field: ArraySlice<UInt8>, value: ArraySlice<UInt8>) {
        switch String(decoding: field, as: UTF8.self) {
        case "event": event = String(decoding: value, as: UTF8.self)
        case "data":
            if hasData { data.append(UInt8(ascii: "\n")) }
            data.append(contentsOf: value)
            hasData = true
        case "id" where !value.contains(0): lastID = value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
        case "retry":
            let digits = String(decoding: value, as: UTF8.self)
            if digits.allSatisfy(\.isASCII), let milliseconds = UInt32(digits) { retry = .milliseconds(milliseconds) }
        default: break
        }
    }

    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            event = ""
            data.removeAll(keepingCapacity: true)
            hasData = false
        }
        guard hasData else { return nil }
        return ServerSentEvent(
            event: event.isEmpty ? "message" : event, data: String(decoding: data, as: UTF8.self), id: lastID)
    }
}
