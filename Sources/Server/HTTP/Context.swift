import Hummingbird
import Logging
import NIOCore

/// What accompanies every request: its id and the client's address.
struct Context: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Of the connection itself. What a proxy says in a header is believed of nobody.
    let address: String?
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
        address = source.channel.remoteAddress?.ipAddress
    }
}
