import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// Runs tasks on the thread of an event loop.
///
/// A connection's requests are answered where its bytes arrive, so that an answer that takes microseconds is not passed
/// from thread to thread (decision 0006). What computes for long goes to `globalConcurrentExecutor`.
final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// A kind of connection whose tasks run on the connection's own loop.
struct OnItsLoop<Base: ServerChildChannel>: ServerChildChannel {
    let base: Base

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        base.setup(channel: channel, logger: logger)
    }

    func handle(value: Base.Value, logger: Logger) async {
        await withTaskExecutorPreference(LoopExecutor(value.channel.eventLoop)) {
            await base.handle(value: value, logger: logger)
        }
    }
}

extension HTTPServerBuilder {
    /// HTTP/1.1, each connection on its loop.
    /// - Parameter foreseeing: called when a request has come that will change something.
    static func onItsLoop(foreseeing: @escaping @Sendable () -> Void) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            OnItsLoop(
                base: HTTP1Channel(
                    responder: responder,
                    configuration: .init(additionalChannelHandlers: [Foresight(act: foreseeing), AnswerHold()])))
        }
    }
}
