import Foundation
import Glibc
import Synchronization
import Testing

/// HTTP/1.1 as it stands on the wire, one connection a request: what is tested here is when bytes arrive, which
/// libraries with pools and buffers hide.
struct Wire: Sendable {
    struct Answer: Sendable {
        let status: Int
        let headers: [String: String]
        var body: [UInt8] = []

        var text: String { String(decoding: body, as: UTF8.self) }
        var json: JSON { get throws { try JSON(parsing: text) } }
    }

    /// The server went away in the middle.
    struct Lost: Error {}

    let port: UInt16
    var token: String?

    func get(_ path: String, _ headers: [String: String] = [:]) async throws -> Answer {
        try await send("GET", path, headers)
    }

    func post(_ path: String, _ body: String = "{}", _ headers: [String: String] = [:]) async throws -> Answer {
        try await send("POST", path, ["Content-Type": "application/json"].merging(headers) { $1 }, body)
    }

    func send(
        _ method: String, _ path: String, _ headers: [String: String] = [:], _ body: String? = nil
    ) async throws -> Answer {
        try await onThread {
            let connection = try Connection(port: port)
            try connection.write(request(method, path, headers, body))
            var answer = try connection.head()
            try connection.body(answer) { bytes in
                answer.body += bytes
                return true
            }
            return answer
        }
    }

    struct Event: Sendable, Equatable {
        var name = ""
        var id: String?
        var data = ""

        var json: JSON { get throws { try JSON(parsing: data) } }
    }

    /// Server-sent events as they come, to the end of the stream.
    func events(_ path: String, after: String? = nil) -> AsyncThrowingStream<Event, any Error> {
        AsyncThrowingStream { continuation in
            Thread.detachNewThread {
                do {
                    let connection = try Connection(port: port)
                    continuation.onTermination = { _ in connection.cut() }
                    var headers = ["Accept": "text/event-stream"]
                    headers["Last-Event-ID"] = after
                    try connection.write(request("GET", path, headers, nil))
                    let answer = try connection.head()
                    guard answer.status == 200 else { throw Lost() }
                    var lines = EventLines()
                    try connection.body(answer) { bytes in
                        for event in lines.take(bytes) { continuation.yield(event) }
                        return true
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
        }
    }

    func request(_ method: String, _ path: String, _ headers: [String: String], _ body: String?) -> [UInt8] {
        var all = ["Host": "127.0.0.1:\(port)", "Connection": "close", "Accept": "application/json"]
        if let token { all["Authorization"] = "Bearer \(token)" }
        if let body { all["Content-Length"] = "\(body.utf8.count)" }
        all.merge(headers) { $1 }
        let lines = all.map { "\($0.key): \($0.value)\r\n" }.joined()
        return Array("\(method) \(path) HTTP/1.1\r\n\(lines)\r\n\(body ?? "")".utf8)
    }
}

private struct EventLines {
    private var rest: [UInt8] = []
    private var event = Wire.Event()

    mutating func take(_ bytes: [UInt8]) -> [Wire.Event] {
        rest += bytes
        var events: [Wire.Event] = []
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: rest[..<end], as: UTF8.self)
            rest.removeFirst(end + 1)
            if line.isEmpty {
                if !event.name.isEmpty { events.append(event) }
                event = Wire.Event()
            } else if let value = line.value(of: "event") {
                event.name = value
            } else if let value = line.value(of: "id") {
                event.id = value
            } else if let value = line.value(of: "data") {
                event.data += value
            }
        }
        return events
    }
}

extension String {
    fileprivate func value(of field: String) -> String? {
        hasPrefix("\(field): ") ? String(dropFirst(field.count + 2)) : nil
    }
}

/// One TCP connection to the server; blocks.
final class Connection: Sendable {
    private let socket: Int32
    private let buffer = Mutex<[UInt8]>([])

    init(port: UInt16) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        try #require(socket >= 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let error = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 ? 0 : errno
            }
        }
        guard error == 0 else { throw Wire.Lost() }
    }

    deinit { close(socket) }

    /// Ends a read that waits.
    func cut() { shutdown(socket, Int32(SHUT_RDWR)) }

    func write(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Wire.Lost() }
            sent += count
        }
    }

    func head() throws -> Wire.Answer {
        let status = try line().split(separator: " ")
        var headers: [String: String] = [:]
        while case let line = try line(), !line.isEmpty {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { throw Wire.Lost() }
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        guard status.count > 1, let number = Int(status[1]) else { throw Wire.Lost() }
        return Wire.Answer(status: number, headers: headers)
    }

    /// Hands on the body piece by piece until it ends or `take` has enough.
    func body(_ answer: Wire.Answer, _ take: ([UInt8]) -> Bool) throws {
        if answer.headers["transfer-encoding"] == "chunked" {
            while let size = Int(try line(), radix: 16), size > 0 {
                let bytes = try bytes(size)
                _ = try line()
                guard take(bytes) else { return }
            }
        } else if let length = answer.headers["content-length"].flatMap({ Int($0) }), length > 0 {
            _ = take(try bytes(length))
        }
    }

    private func line() throws -> String {
        while true {
            let line: String? = buffer.withLock { buffer in
                guard let end = buffer.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
                let line = String(decoding: buffer[..<end].filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
                buffer.removeFirst(end + 1)
                return line
            }
            if let line { return line }
            try fill()
        }
    }

    private func bytes(_ count: Int) throws -> [UInt8] {
        while buffer.withLock({ $0.count }) < count { try fill() }
        return buffer.withLock { buffer in
            let bytes = Array(buffer[..<count])
            buffer.removeFirst(count)
            return bytes
        }
    }

    private func fill() throws {
        let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            count = max(0, recv(socket, buffer.baseAddress, buffer.count, 0))
        }
        guard !bytes.isEmpty else { throw Wire.Lost() }
        buffer.withLock { $0 += bytes }
    }
}
