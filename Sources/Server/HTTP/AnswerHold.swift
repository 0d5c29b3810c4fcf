import Essentials
import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Storage

/// Holds back an answer that is ready until the change of which it tells is durable, at the last place before it is encoded.
///
/// The way from a route through the layers to here takes 30 µs, and is gone while the disk is at work (decision 0027). Whatever
/// the connection does meanwhile waits too, in its order, so that nothing is read, answered or closed before the answer.
final class AnswerHold: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// What is sent instead when nothing has become durable: JSON, with the held answer's headers but for what told of it.
    typealias Refusal = @Sendable (any Error) -> (status: HTTPResponse.Status, body: ByteBuffer)

    private enum Outbound {
        case part(HTTPResponsePart, EventLoopPromise<Void>?)
        case flush
        case close(CloseMode, EventLoopPromise<Void>?)
    }

    private enum Inbound {
        case part(HTTPRequestPart)
        case complete
        case event(Any)
    }

    private var context: ChannelHandlerContext?
    /// Nil while nothing is held.
    private var refusal: Refusal?
    /// Nothing has become durable, and the answer that is to be replaced has not come whole.
    private var failure: (any Error)?
    private var outbound: [Outbound] = []
    private var inbound: [Inbound] = []
    private var wantsRead = false
    private var listeners: [(HTTPResponse.Status?) -> Void] = []

    private var isHolding: Bool { refusal != nil }

    // MARK: Holding

    /// The one of a connection, for those who run on its loop.
    private static func of(_ channel: any Channel) -> AnswerHold? {
        guard channel.eventLoop.inEventLoop else { return nil }
        return try? channel.pipeline.syncOperations.handler(type: AnswerHold.self)
    }

    /// Holds what is answered next on this connection.
    /// - Returns: lets it go; called once, from any thread, with how the change ended. Nil where nothing can be held.
    static func hold(on channel: any Channel, refusal: @escaping Refusal) -> Withholding.Release? {
        guard let hold = of(channel), !hold.isHolding else { return nil }
        hold.refusal = refusal
        let bound = NIOLoopBound(hold, eventLoop: channel.eventLoop)
        return { outcome in bound.eventLoop.execute { bound.value.release(outcome) } }
    }

    /// Calls `listener` when the answer that is held goes out, with the status of what goes out instead, if any.
    /// - Returns: false where nothing is held: then it is not called.
    static func whenReleased(on channel: any Channel, _ listener: @escaping (HTTPResponse.Status?) -> Void) -> Bool {
        guard let hold = of(channel), hold.isHolding else { return false }
        hold.listeners.append(listener)
        return true
    }

    private func release(_ outcome: Result<Void, any Error>) {
        switch outcome {
        case .success: letGo(nil)
        case .failure(let error):
            failure = error
            replaceWhole()
        }
    }

    /// Replaces the answer once all of it is here.
    private func replaceWhole() {
        guard let failure, let refusal else { return }
        var head: HTTPResponse?
        for (index, item) in outbound.enumerated() {
            guard case .part(let part, let promise) = item else { continue }
            if case .head(let answered) = part { head = answered }
            guard case .end = part, var head else { continue }
            let (status, body) = refusal(failure)
            head.status = status
            head.headerFields[.contentType] = "application/problem+json"
            head.headerFields[.contentLength] = String(body.readableBytes)
            for told in [HTTPField.Name.location, .eTag] { head.headerFields[told] = nil }
            for case .part(_, let promise) in outbound[..<index] { promise?.succeed() }
            outbound.replaceSubrange(
                ...index, with: [.part(.head(head), nil), .part(.body(body), nil), .part(.end(nil), promise)])
            return letGo(status)
        }
    }

    private func letGo(_ status: HTTPResponse.Status?) {
        (refusal, failure) = (nil, nil)
        let (outbound, inbound, listeners) = (outbound, inbound, listeners)
        (self.outbound, self.inbound, self.listeners) = ([], [], [])
        for listener in listeners { listener(status) }
        guard let context else { return }
        for item in outbound {
            switch item {
            case .part(let part, let promise): context.write(wrapOutboundOut(part), promise: promise)
            case .flush: context.flush()
            case .close(let mode, let promise): context.close(mode: mode, promise: promise)
            }
        }
        for item in inbound {
            switch item {
            case .part(let part): context.fireChannelRead(wrapInboundOut(part))
            case .complete: context.fireChannelReadComplete()
            case .event(let event): context.fireUserInboundEventTriggered(event)
            }
        }
        if wantsRead {
            wantsRead = false
            context.read()
        }
    }

    // MARK: The connection

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        drop()
    }

    func channelInactive(context: ChannelHandlerContext) {
        drop()
        context.fireChannelInactive()
    }

    /// Nobody is there any more who could be answered.
    private func drop() {
        for case .part(_, let promise) in outbound { promise?.fail(ChannelError.ioOnClosedChannel) }
        for case .close(_, let promise) in outbound { promise?.succeed() }
        (outbound, inbound, wantsRead) = ([], [], false)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard isHolding else { return context.write(data, promise: promise) }
        outbound.append(.part(unwrapOutboundIn(data), promise))
        replaceWhole()
    }

    func flush(context: ChannelHandlerContext) {
        if isHolding { outbound.append(.flush) } else { context.flush() }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if isHolding { outbound.append(.close(mode, promise)) } else { context.close(mode: mode, promise: promise) }
    }

    func read(context: ChannelHandlerContext) {
        if isHolding { wantsRead = true } else { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isHolding { inbound.append(.part(unwrapInboundIn(data))) } else { context.fireChannelRead(data) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isHolding { inbound.append(.complete) } else { context.fireChannelReadComplete() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isHolding { inbound.append(.event(event)) } else { context.fireUserInboundEventTriggered(event) }
    }
}
