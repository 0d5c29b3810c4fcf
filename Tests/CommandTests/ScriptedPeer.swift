import Foundation
import Glibc
import Synchronization

/// The other end of a connection: takes one request a connection, notes it, and answers what the script says. When the
/// script is over, nobody listens any more.
final class ScriptedPeer: Sendable {
    enum Act: Sendable {
        /// Sends this and closes the connection.
        case answer(String)
        /// Closes the connection without a word.
        case hangUp
    }

    let port: UInt16
    private let noted = Mutex<[String]>([])

    /// The requests so far, whole.
    var requests: [String] { noted.withLock { $0 } }
    var url: String { "http://127.0.0.1:\(port)" }

    init(_ script: [Act]) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard isListening else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: address.sin_port)
        let thread = Thread { [self] in
            for act in script { perform(act, on: accept(listener, nil, nil)) }
            close(listener)
        }
        thread.start()
    }

    private func perform(_ act: Act, on connection: Int32) {
        defer { close(connection) }
        let request = read(connection)
        noted.withLock { $0.append(request) }
        if case .answer(let text) = act {
            let bytes = Array(text.utf8)
            _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            // Closed only once the client has read and gone, or the kernel would drop what is on the way.
            shutdown(connection, Int32(SHUT_WR))
            var rest = [UInt8](repeating: 0, count: 1024)
            while recv(connection, &rest, rest.count, 0) > 0 {}
        }
    }

    private func read(_ connection: Int32) -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let head = text.range(of: "\r\n\r\n") {
                let length = text[..<head.lowerBound].lowercased().split(separator: "\r\n")
                    .first { $0.hasPrefix("content-length:") }.flatMap { Int($0.dropFirst(15).drop { $0 == " " }) }
                if text[head.upperBound...].utf8.count >= length ?? 0 { return text }
            }
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return text }
            bytes += chunk[..<count]
        }
    }
}

extension ScriptedPeer.Act {
    static func json(_ status: String, _ body: String, type: String = "application/json", headers: String = "") -> Self
    {
        .answer(
            "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n"
                + "\(headers)Connection: close\r\n\r\n\(body)")
    }

    static func problem(_ status: Int, _ code: String, _ detail: String, errors: String = "[]") -> Self {
        json(
            "\(status) X",
            """
            {"type":"about:blank","title":"X","status":\(status),"detail":"\(detail)","code":"\(code)",\
            "errors":\(errors),"request":"r1"}
            """, type: "application/problem+json")
    }

    /// A stream that ends as one does whose server was killed: in the middle of the chunked coding.
    static func brokenStream(_ events: String) -> Self {
        .answer(
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "\(String(events.utf8.count, radix: 16))\r\n\(events)\r\n")
    }
}
