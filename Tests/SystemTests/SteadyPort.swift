import Glibc
import Testing

/// Ports for servers that come back to theirs after they were killed.
///
/// The system gives none of these to whoever asks for any: a client that tries again and again to reach a port among those that
/// it gives away may be given that very port, is then connected with itself, and the server finds it taken.
enum SteadyPort {
    private static let range: ClosedRange<UInt16> = 20_000...31_999

    /// One that nobody has.
    static func any() throws -> UInt16 {
        for _ in 0..<100 {
            let port = UInt16.random(in: range)
            if try isFree(port) { return port }
        }
        throw None()
    }

    private struct None: Error {}

    private static func isFree(_ port: UInt16) throws -> Bool {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(listener >= 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
