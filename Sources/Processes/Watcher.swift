import CProcess
import Foundation
import Glibc
import Synchronization

/// The one thread that waits for the kernel: for processes to end, and for logs to grow. Nothing polls.
final class Watcher: Sendable {
    typealias Action = @Sendable () -> Void

    private struct State {
        var isStopped = false
        var next: UInt64 = 1
        var exits: [UInt64: (pidfd: Descriptor, action: Action)] = [:]
        /// By the watch descriptor of inotify; several may wait for one file.
        var changes: [Int32: [UInt64: Action]] = [:]
    }

    private static let wakeToken = UInt64.max
    private static let changeToken = UInt64.max - 1

    private let epoll: Descriptor
    private let wake: Descriptor
    private let inotify: Descriptor
    private let state = Mutex(State())

    init() throws(SystemError) {
        epoll = try Self.made(epoll_create1(Int32(EPOLL_CLOEXEC)), "epoll_create1")
        wake = try Self.made(eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)), "eventfd")
        inotify = try Self.made(inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK)), "inotify_init1")
        try add(wake, token: Self.wakeToken, events: EPOLLIN.rawValue)
        try add(inotify, token: Self.changeToken, events: EPOLLIN.rawValue)
    }

    private static func made(_ raw: Int32, _ action: String) throws(SystemError) -> Descriptor {
        guard raw >= 0 else { throw SystemError(errno, action) }
        return Descriptor(owning: raw)
    }

    private func add(_ descriptor: Descriptor, token: UInt64, events: UInt32) throws(SystemError) {
        var event = epoll_event(events: events, data: epoll_data_t(u64: token))
        guard epoll_ctl(epoll.raw, EPOLL_CTL_ADD, descriptor.raw, &event) == 0 else {
            throw SystemError(errno, "epoll_ctl")
        }
    }

    /// Starts the thread, which ends with `stop()`.
    func start() {
        let thread = Thread { self.run() }
        thread.name = "runbook-watcher"
        thread.start()
    }

    /// Ends the thread. What was awaited does not come any more.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            state.exits = [:]
            state.changes = [:]
        }
        eventfd_write(wake.raw, 1)
    }

    /// Runs the action once, on the watcher's thread, when the process has ended; at once if it has.
    func onExit(of pidfd: Descriptor, _ action: @escaping Action) throws(SystemError) {
        let token = state.withLock { state -> UInt64 in
            state.next += 1
            if !state.isStopped { state.exits[state.next] = (pidfd, action) }
            return state.next
        }
        do {
            try add(pidfd, token: token, events: EPOLLIN.rawValue | EPOLLONESHOT.rawValue)
        } catch {
            state.withLock { $0.exits[token] = nil }
            throw error
        }
    }

    /// One waiter for a file's change.
    struct Change: Sendable {
        fileprivate let watch: Int32
        fileprivate let token: UInt64
    }

    /// Runs the action once, on the watcher's thread, when the file is written to after this call.
    func onChange(of path: String, _ action: @escaping Action) throws(SystemError) -> Change {
        // Under the lock, so that the event cannot be handled before its waiter is in the table.
        let result: Result<Change, SystemError> = state.withLock { state in
            let watch = inotify_add_watch(inotify.raw, path, UInt32(IN_MODIFY) | IN_ONESHOT)
            guard watch >= 0 else { return .failure(SystemError(errno, "inotify_add_watch \(path)")) }
            state.next += 1
            if !state.isStopped { state.changes[watch, default: [:]][state.next] = action }
            return .success(Change(watch: watch, token: state.next))
        }
        return try result.get()
    }

    /// Forgets a waiter. Does nothing when it was served.
    func cancel(_ change: Change) {
        state.withLock { state in
            guard state.changes[change.watch]?.removeValue(forKey: change.token) != nil else { return }
            guard state.changes[change.watch]?.isEmpty == true else { return }
            state.changes[change.watch] = nil
            inotify_rm_watch(inotify.raw, change.watch)
        }
    }

    private func run() {
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        while !state.withLock({ $0.isStopped }) {
            let count = epoll_wait(epoll.raw, &events, Int32(events.count), -1)
            for event in events.prefix(Int(max(0, count))) {
                switch event.data.u64 {
                case Self.wakeToken: break
                case Self.changeToken: filesChanged()
                case let token: processEnded(token)
                }
            }
        }
    }

    private func processEnded(_ token: UInt64) {
        guard let (pidfd, action) = state.withLock({ $0.exits.removeValue(forKey: token) }) else { return }
        epoll_ctl(epoll.raw, EPOLL_CTL_DEL, pidfd.raw, nil)
        action()
    }

    private func filesChanged() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let header = MemoryLayout<inotify_event>.size
        while true {
            let count = read(inotify.raw, &buffer, buffer.count)
            guard count > 0 else { return }
            var position = 0
            while position + header <= count {
                let event = buffer.withUnsafeBytes {
                    $0.loadUnaligned(fromByteOffset: position, as: inotify_event.self)
                }
                position += header + Int(event.len)
                for action in take(event) { action() }
            }
        }
    }

    /// Those that wait for the file of the event; all, when the kernel's queue ran over and events are missing.
    private func take(_ event: inotify_event) -> [Action] {
        state.withLock { state in
            if event.mask & UInt32(IN_Q_OVERFLOW) != 0 {
                defer { state.changes = [:] }
                return state.changes.values.flatMap { Array($0.values) }
            }
            return Array((state.changes.removeValue(forKey: event.wd) ?? [:]).values)
        }
    }
}
