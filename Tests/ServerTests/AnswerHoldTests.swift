import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Synchronization
import Testing

@testable import Server

/// An answer that is ready before its change is durable, at the last place before it is encoded.
struct `An answer that is held` {
    private struct Broken: Error {}

    private let channel = EmbeddedChannel(handler: AnswerHold())
    private let asked = HTTPRequest(method: .post, scheme: "http", authority: "here", path: "/api/v1/incidents")
    private let made = HTTPResponse(
        status: .created,
        headerFields: [
            .location: "/api/v1/incidents/1", .eTag: "\"1\"", .contentType: "application/json", .contentLength: "2",
            .xContentTypeOptions: "nosniff",
        ])

    init() throws {
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    /// A request comes, and its answer is to be held.
    private func hold() throws -> @Sendable (Result<Void, any Error>) -> Void {
        try ask()
        return try #require(
            AnswerHold.hold(on: channel) { error in
                (.serviceUnavailable, ByteBuffer(string: error is Broken ? "{\"broken\":1}" : "{}"))
            })
    }

    private func ask() throws {
        let parts: [HTTPRequestPart] = [.head(asked), .end(nil)]
        for part in parts { try channel.writeInbound(part) }
        #expect(try read() == parts)
    }

    private func answer(_ text: String = "{}") {
        for part in [HTTPResponsePart.head(made), .body(ByteBuffer(string: text)), .end(nil)] {
            channel.write(part, promise: nil)
        }
        channel.flush()
    }

    private func sent() throws -> [HTTPResponsePart] {
        channel.embeddedEventLoop.run()
        var parts: [HTTPResponsePart] = []
        while let part = try channel.readOutbound(as: HTTPResponsePart.self) { parts.append(part) }
        return parts
    }

    private func read() throws -> [HTTPRequestPart] {
        var parts: [HTTPRequestPart] = []
        while let part = try channel.readInbound(as: HTTPRequestPart.self) { parts.append(part) }
        return parts
    }

    private var whole: [HTTPResponsePart] { [.head(made), .body(ByteBuffer(string: "{}")), .end(nil)] }

    @Test func `one that nobody holds goes out at once`() throws {
        try ask()
        answer()
        #expect(try sent() == whole)
        #expect(!AnswerHold.whenReleased(on: channel) { _ in Issue.record("nothing was held") })
        #expect(try channel.finish().isClean)
    }

    @Test func `it goes out when its change is durable, and who waits for that is told`() throws {
        let release = try hold()
        let told = Mutex<[HTTPResponse.Status?]>([])
        #expect(AnswerHold.whenReleased(on: channel) { status in told.withLock { $0.append(status) } })
        answer()
        #expect(try sent() == [])
        #expect(told.withLock { $0 } == [])
        release(.success(()))
        #expect(try sent() == whole)
        #expect(told.withLock { $0 } == [nil])
        try ask()
        answer("[]")
        #expect(try sent().count == 3)
        #expect(try channel.finish().isClean)
    }

    @Test func `where the change was durable first it is not held up`() throws {
        let release = try hold()
        release(.success(()))
        #expect(try sent() == [])
        answer()
        #expect(try sent() == whole)
        #expect(try channel.finish().isClean)
    }

    @Test(arguments: [true, false])
    func `where nothing has become durable a problem goes out, with the headers that tell nothing of it`(isLate: Bool)
        throws
    {
        let release = try hold()
        let told = Mutex<[HTTPResponse.Status?]>([])
        #expect(AnswerHold.whenReleased(on: channel) { status in told.withLock { $0.append(status) } })
        if isLate { answer() }
        release(.failure(Broken()))
        channel.embeddedEventLoop.run()
        if !isLate { answer() }
        let parts = try sent()
        let head = HTTPResponse(
            status: .serviceUnavailable,
            headerFields: [
                .contentType: "application/problem+json", .contentLength: "12", .xContentTypeOptions: "nosniff",
            ])
        #expect(parts == [.head(head), .body(ByteBuffer(string: "{\"broken\":1}")), .end(nil)])
        #expect(told.withLock { $0 } == [.serviceUnavailable])
        try ask()
        answer()
        #expect(try sent() == whole)
        #expect(try channel.finish().isClean)
    }

    @Test func `the requests behind it wait, and come in their order`() throws {
        let release = try hold()
        let next: [HTTPRequestPart] = [.head(asked), .end(nil)]
        for part in next { try channel.writeInbound(part) }
        #expect(try read() == [])
        answer()
        release(.success(()))
        #expect(try sent() == whole)
        #expect(try read() == next)
        answer()
        #expect(try sent() == whole)
        #expect(try channel.finish().isClean)
    }

    @Test func `a connection that is to be closed behind it is closed behind it`() throws {
        let release = try hold()
        answer()
        channel.close(promise: nil)
        #expect(channel.isActive)
        release(.success(()))
        #expect(try sent() == whole)
        #expect(!channel.isActive)
    }

    @Test func `a client that has gone gets none, and nothing is left behind`() throws {
        let release = try hold()
        let written = channel.eventLoop.makePromise(of: Void.self)
        channel.write(HTTPResponsePart.head(made), promise: written)
        channel.pipeline.fireChannelInactive()
        #expect(throws: ChannelError.self) { try written.futureResult.wait() }
        release(.failure(Broken()))
        #expect(try sent() == [])
    }

    @Test func `whose change has failed and which does not come any more leaves the connection to be closed`() throws {
        let release = try hold()
        let told = Mutex<[HTTPResponse.Status?]>([])
        #expect(AnswerHold.whenReleased(on: channel) { status in told.withLock { $0.append(status) } })
        channel.write(HTTPResponsePart.head(made), promise: nil)
        release(.failure(Broken()))
        #expect(try sent() == [])
        channel.close(promise: nil)
        #expect(try sent() == [])
        #expect(!channel.isActive)
        #expect(told.withLock { $0 } == [nil])
    }

    @Test func `a client that has gone is counted all the same`() throws {
        for isLate in [true, false] {
            let one = try Self()
            let release = try one.hold()
            let told = Mutex(0)
            #expect(AnswerHold.whenReleased(on: one.channel) { _ in told.withLock { $0 += 1 } })
            one.answer()
            if isLate { release(.failure(Broken())) }
            one.channel.close(mode: .input, promise: nil)
            one.channel.pipeline.fireChannelInactive()
            if !isLate { release(.failure(Broken())) }
            one.channel.embeddedEventLoop.run()
            #expect(told.withLock { $0 } == 1)
        }
    }

    @Test func `one at a time is held, and none before whom others are on the way`() throws {
        let release = try hold()
        #expect(AnswerHold.hold(on: channel) { _ in (.ok, ByteBuffer()) } == nil)
        answer()
        release(.success(()))
        #expect(try sent() == whole)
        try ask()
        try ask()
        #expect(AnswerHold.hold(on: channel) { _ in (.ok, ByteBuffer()) } == nil)
        answer()
        #expect(AnswerHold.hold(on: channel) { _ in (.ok, ByteBuffer()) } != nil)
        #expect(try sent() == whole)
    }

    @Test func `what goes wrong behind it comes behind what was asked`() throws {
        let release = try hold()
        let next: [HTTPRequestPart] = [.head(asked), .end(nil)]
        for part in next { try channel.writeInbound(part) }
        channel.pipeline.fireErrorCaught(Broken())
        answer()
        release(.success(()))
        #expect(try sent() == whole)
        #expect(try read() == next)
        #expect(throws: Broken.self) { try channel.throwIfErrorCaught() }
    }

    @Test func `a connection that can't hold says so`() {
        let other = EmbeddedChannel()
        #expect(AnswerHold.hold(on: other) { _ in (.ok, ByteBuffer()) } == nil)
        #expect(!AnswerHold.whenReleased(on: other) { _ in })
    }
}
