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
        case error(any Error)
    }

    private var context: ChannelHandlerContext?
    /// Requests that have been given on, and are not answered.
    private var open = 0
    /// Nil while nothing is held.
    private var refusal: Refusal?
    /// Nothing has become durable, and the answer that is to be replaced has not come whole.
    private var failure: (any Error)?
    private var outbound: [Outbound] = []
    private var inbound: [Inbound] = []
    private var wantsRead = false
    private var isGone = false
    private var listeners: [(HTTPResponse.Status?) -> Void] = []

    private var isHolding: Bool { refusal != nil }

    // MARK: Holding

    /// The one of a connection, for those who run on its loop.
    private static func of(_ channel: any Channel) -> AnswerHold? {
        guard channel.eventLoop.inEventLoop else { return nil }
        return try? channel.pipeline.syncOperations.handler(type: AnswerHold.self)
    }

    /// Holds what is answered next on this connection.
    /// - Returns: lets it go; called once, from any thread, with how the change ended. Nil where nothing can be held, or other
    ///   requests are on the way already that would be answered before the change is there.
    static func hold(on channel: any Channel, refusal: @escaping Refusal) -> Withholding.Release? {
        guard let hold = of(channel), !hold.isHolding, hold.open == 1 else { return nil }
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

    /// Replaces the answer once all of it is here, or leaves it out where it will not come any more.
    private func replaceWhole() {
        guard let failure, let refusal else { return }
        guard !isGone else { return letGo(nil) }
        var (head, before): (HTTPResponse?, [Outbound]) = (nil, [])
        for (index, item) in outbound.enumerated() {
            switch item {
            case .flush: continue
            case .close(.input, _): before.append(item)
            case .close:
                for case .part(_, let promise) in outbound[..<index] { promise?.fail(failure) }
                outbound.replaceSubrange(..<index, with: before)
                return letGo(nil)
            case .part(.head(let answered), _): head = answered
            case .part(.body, _): continue
            case .part(.end, let promise):
                guard var head else { return letGo(nil) }
                let (status, body) = refusal(failure)
                head.status = status
                head.headerFields[.contentType] = "application/problem+json"
                head.headerFields[.contentLength] = String(body.readableBytes)
                for told in [HTTPField.Name.location, .eTag] { head.headerFields[told] = nil }
                for case .part(_, let promise) in outbound[..<index] { promise?.succeed() }
                let instead: [Outbound] = [
                    .part(.head(head), nil), .part(.body(body), nil), .part(.end(nil), promise),
                ]
                outbound.replaceSubrange(...index, with: before + instead)
                return letGo(status)
            }
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
            case .part(let part, let promise): write(part, promise, context)
            case .flush: context.flush()
            case .close(let mode, let promise): context.close(mode: mode, promise: promise)
            }
        }
        for item in inbound {
            switch item {
            case .part(let part): give(part, context)
            case .complete: context.fireChannelReadComplete()
            case .event(let event): context.fireUserInboundEventTriggered(event)
            case .error(let error): context.fireErrorCaught(error)
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

    private func write(_ part: HTTPResponsePart, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) {
        if case .end = part { open -= 1 }
        context.write(wrapOutboundOut(part), promise: promise)
    }

    private func give(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        if case .head = part { open += 1 }
        context.fireChannelRead(wrapInboundOut(part))
    }

    /// Nobody is there any more who could be answered.
    private func drop() {
        isGone = true
        for case .part(_, let promise) in outbound { promise?.fail(ChannelError.ioOnClosedChannel) }
        for case .close(_, let promise) in outbound { promise?.succeed() }
        (outbound, inbound, wantsRead) = ([], [], false)
        if failure != nil { letGo(nil) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part = unwrapOutboundIn(data)
        guard isHolding else { return write(part, promise, context) }
        outbound.append(.part(part, promise))
        replaceWhole()
    }

    func flush(context: ChannelHandlerContext) {
        if isHolding { outbound.append(.flush) } else { context.flush() }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard isHolding else { return context.close(mode: mode, promise: promise) }
        outbound.append(.close(mode, promise))
        replaceWhole()
    }

    func read(context: ChannelHandlerContext) {
        if isHolding { wantsRead = true } else { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if isHolding { inbound.append(.part(part)) } else { give(part, context) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isHolding { inbound.append(.complete) } else { context.fireChannelReadComplete() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isHolding { inbound.append(.error(error)) } else { context.fireErrorCaught(error) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isHolding { inbound.append(.event(event)) } else { context.fireUserInboundEventTriggered(event) }
    }
}
