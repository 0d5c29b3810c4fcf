import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Says that somebody is about to change something, as soon as the head of such a request has come: before the request is given
/// to whoever answers it, which takes 40 µs (decision 0025).
///
/// Nobody knows yet whether they may: it is said of who shows a token or a session and was answered here before, last not that
/// they are a stranger or come too often.
final class Foresight: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// A body of so many bytes at most comes with its head, or right behind it.
    private static let promptBody = 16 << 10

    private let act: @Sendable () -> Void
    private var isWelcome = false

    init(act: @escaping @Sendable () -> Void) { self.act = act }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isWelcome, case .head(let head) = unwrapInboundIn(data), Self.foresees(head) { act() }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .head(let head) = unwrapOutboundIn(data) {
            isWelcome = head.status != .unauthorized && head.status != .tooManyRequests
        }
        context.write(data, promise: promise)
    }

    private static func foresees(_ head: HTTPRequest) -> Bool {
        guard head.method != .get, head.method != .head else { return false }
        let fields = head.headerFields
        guard fields[.authorization] != nil || fields[.cookie] != nil else { return false }
        guard let length = fields[.contentLength] else { return fields[.transferEncoding] == nil }
        return Int(length) ?? .max <= promptBody
    }
}
