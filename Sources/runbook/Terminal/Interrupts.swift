import Dispatch
import Glibc

/// SIGINT, SIGTERM and SIGHUP as values, instead of the end of the process.
struct Interrupts {
    enum Wish: Sendable, Equatable {
        /// Ctrl-C.
        case interrupt
        /// SIGTERM.
        case terminate
        /// The terminal is gone.
        case hangUp
    }

    private let sources: [(number: Int32, source: any DispatchSourceSignal)]

    /// - Parameter heed: called on a queue of the system's for each signal.
    init(heed: @escaping @Sendable (Wish) -> Void) {
        sources = [(SIGINT, Wish.interrupt), (SIGTERM, .terminate), (SIGHUP, .hangUp)].map { number, wish in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { heed(wish) }
            source.resume()
            return (number, source)
        }
    }

    /// Gives the signals their usual effect back.
    func stop() {
        for (number, source) in sources {
            source.cancel()
            signal(number, SIG_DFL)
        }
    }
}
