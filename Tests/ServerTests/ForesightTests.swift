import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Synchronization
import Testing

@testable import Server

struct `A change is foreseen` {
    /// How often it was foreseen with this head, and whether the head went on to whoever answers it.
    /// - Parameter answered: with what, on the same connection before; nil for the first request.
    private func foreseen(
        _ method: HTTPRequest.Method, _ fields: HTTPFields, after answered: HTTPResponse.Status? = .ok
    ) throws -> Int {
        let times = Counter()
        let channel = EmbeddedChannel(handler: Foresight(act: { times.add() }))
        if let answered { try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: answered))) }
        let head = HTTPRequest(
            method: method, scheme: "http", authority: "here", path: "/api/v1/incidents", headerFields: fields)
        try channel.writeInbound(HTTPRequestPart.head(head))
        try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "{}")))
        try channel.writeInbound(HTTPRequestPart.end(nil))
        #expect(try channel.readInbound(as: HTTPRequestPart.self) == .head(head))
        #expect(try channel.readInbound(as: HTTPRequestPart.self) == .body(ByteBuffer(string: "{}")))
        #expect(try channel.readInbound(as: HTTPRequestPart.self) == .end(nil))
        _ = try channel.finish(acceptAlreadyClosed: true)
        return times.count
    }

    @Test func `with the head of a request that changes something, of somebody with a token or a session`() throws {
        for method in [HTTPRequest.Method.post, .put, .patch, .delete] {
            #expect(try foreseen(method, [.authorization: "Bearer x", .contentLength: "2"]) == 1)
            #expect(try foreseen(method, [.cookie: "runbook_session=x", .contentLength: "16384"]) == 1)
        }
        #expect(try foreseen(.delete, [.authorization: "Bearer x"]) == 1)
    }

    @Test func `of somebody who was answered before on this connection, and was not turned away`() throws {
        let fields: HTTPFields = [.authorization: "Bearer x", .contentLength: "2"]
        #expect(try foreseen(.post, fields, after: nil) == 0)
        for status in [HTTPResponse.Status.unauthorized, .tooManyRequests] {
            #expect(try foreseen(.post, fields, after: status) == 0)
        }
        for status in [HTTPResponse.Status.created, .conflict, .serviceUnavailable] {
            #expect(try foreseen(.post, fields, after: status) == 1)
        }
    }

    @Test func `not where something is read, nobody asks or the body comes later`() throws {
        for method in [HTTPRequest.Method.get, .head] {
            #expect(try foreseen(method, [.authorization: "Bearer x", .contentLength: "2"]) == 0)
        }
        #expect(try foreseen(.post, [.contentLength: "2"]) == 0)
        for length in ["16385", "-", "99999999999999999999"] {
            #expect(try foreseen(.post, [.authorization: "Bearer x", .contentLength: length]) == 0)
        }
        #expect(try foreseen(.post, [.authorization: "Bearer x", .transferEncoding: "chunked"]) == 0)
    }
}

private final class Counter: Sendable {
    private let times = Mutex(0)

    func add() { times.withLock { $0 += 1 } }

    var count: Int { times.withLock { $0 } }
}
