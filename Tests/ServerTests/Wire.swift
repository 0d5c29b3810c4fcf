import HTTPTypes
import NIOCore
import NIOPosix

/// A connection that says exactly what a test wants said, and reads as far as it wants.
struct Wire {
    let port: Int

    /// Sends a request without a body and reads until it is enough, or the server closes.
    func read(
        _ method: HTTPRequest.Method, _ path: String, as credentials: Credentials = .none, _ fields: HTTPFields = [:],
        until isEnough: (String) async throws -> Bool
    ) async throws -> String {
        var lines = ["\(method.rawValue) \(path) HTTP/1.1", "Host: localhost"]
        for field in credentials.fields(for: method) { lines.append("\(field.name): \(field.value)") }
        for field in fields { lines.append("\(field.name): \(field.value)") }
        return try await exchange([lines.joined(separator: "\r\n") + "\r\n\r\n"], until: isEnough)
    }

    /// Sends the pieces, one after the other, and reads until it is enough, or the server closes.
    func exchange(_ pieces: [String], until isEnough: (String) async throws -> Bool) async throws -> String {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "localhost", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            do {
                for piece in pieces { try await outbound.write(ByteBuffer(string: piece)) }
            } catch is ChannelError {
                // It was closed before all was said; what was answered until then is still read.
            } catch is IOError {
            }
            var bytes: [UInt8] = []
            do {
                for try await part in inbound {
                    bytes += part.readableBytesView
                    if try await isEnough(String(decoding: bytes, as: UTF8.self)) { break }
                }
            } catch is IOError {
                // A connection that was reset has ended too.
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
