import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Says that somebody is about to change something, as soon as the head of such a request has come: before the request is given
/// to whoever answers it, which takes 40 µs (decision 0025).
///
/// Nobody knows yet whether they may, so that it is said of everybody who shows a token or a session, and must cost little.
final class Foresight: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    /// A body of so many bytes at most comes with its head, or right behind it.
    private static let promptBody = 16 << 10

    private let act: @Sendable () -> Void

    init(act: @escaping @Sendable () -> Void) { self.act = act }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data), Self.foresees(head) { act() }
        context.fireChannelRead(data)
    }

    private static func foresees(_ head: HTTPRequest) -> Bool {
        guard head.method != .get, head.method != .head else { return false }
        let fields = head.headerFields
        guard fields[.authorization] != nil || fields[.cookie] != nil else { return false }
        guard let length = fields[.contentLength] else { return fields[.transferEncoding] == nil }
        return Int(length) ?? .max <= promptBody
    }
}
