import Dispatch
import Foundation
import Glibc
import Synchronization

/// The kernel's news of folders (inotify(7)): that something in them is another now, and which files are being written.
///
/// What exactly happened is not asked: events come in bursts, get lost when there are too many, and a scan that compares
/// what stands there with what was seen is right after all of them.
final class FolderEvents: Sendable {
    private struct Contents {
        /// Each folder by the number of its watch; empty for the folder around the watched one.
        var folders: [Int32: String] = [:]
        /// The files that somebody writes, with the time of the last byte that was seen.
        var unfinished: [String: ContinuousClock.Instant] = [:]
        var count = 0
    }

    private static let mask =
        UInt32(IN_CREATE) | UInt32(IN_CLOSE_WRITE) | UInt32(IN_MODIFY) | UInt32(IN_ATTRIB) | UInt32(IN_MOVED_FROM)
        | UInt32(IN_MOVED_TO) | UInt32(IN_DELETE) | UInt32(IN_DELETE_SELF) | UInt32(IN_MOVE_SELF)

    /// Something happened; what happens meanwhile is told once.
    let news: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    fileprivate let descriptor: Int32
    private let name: String
    /// A writer that pauses for longer is not waited for.
    private let patience: Duration
    private let contents = Mutex(Contents())
    /// Events count in their order, whoever reads them.
    private let reading = Mutex<Void>(())

    /// - Parameter folder: of whose replacement by another, such as by a link that is switched, there is news too.
    /// - Returns: nil where the kernel has no more watches to give, or no such thing at all.
    init?(around folder: String, patience: Duration) {
        self.patience = patience
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard descriptor >= 0 else { return nil }
        (news, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let url = URL(filePath: folder, directoryHint: .isDirectory).absoluteURL
        name = url.lastPathComponent
        let watch = inotify_add_watch(
            descriptor, url.deletingLastPathComponent().path, Self.mask & ~UInt32(IN_MODIFY) & ~UInt32(IN_CLOSE_WRITE))
        if watch >= 0 { contents.withLock { $0.folders[watch] = "" } }
    }

    deinit { close(descriptor) }

    /// How many there have been.
    var count: Int { contents.withLock { $0.count } }

    /// The files that somebody is writing.
    var unfinished: Set<String> {
        let now = ContinuousClock.now
        return contents.withLock { contents in
            contents.unfinished = contents.unfinished.filter { now - $0.value < patience }
            return Set(contents.unfinished.keys)
        }
    }

    /// - Returns: whether there is news of this folder from now on. It may be watched already.
    func watch(_ folder: String) -> Bool {
        let watch = inotify_add_watch(descriptor, folder, Self.mask | UInt32(IN_ONLYDIR))
        // What has gone meanwhile needs none.
        guard watch >= 0 else { return errno == ENOENT || errno == ENOTDIR || errno == EACCES }
        contents.withLock { $0.folders[watch] = folder }
        return true
    }

    /// Lets go of every folder but these: one that was moved elsewhere is still told of.
    func keep(_ folders: Set<String>) {
        let others = contents.withLock { contents in
            let others = contents.folders.filter { !$0.value.isEmpty && !folders.contains($0.value) }.map(\.key)
            for other in others { contents.folders[other] = nil }
            return others
        }
        for other in others { inotify_rm_watch(descriptor, other) }
    }

    /// Takes in what the kernel has told up to now.
    func read() { reading.withLock { _ in readAll() } }

    private func readAll() {
        var isNews = false
        withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
            while true {
                let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                guard count > 0 else { return }
                var offset = 0
                while offset + MemoryLayout<inotify_event>.size <= count {
                    let event = buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                    let start = offset + MemoryLayout<inotify_event>.size
                    let bytes = buffer[start..<min(count, start + Int(event.len))].prefix { $0 != 0 }
                    if note(event, String(decoding: bytes, as: UTF8.self)) { isNews = true }
                    offset = start + Int(event.len)
                }
            }
        }
        guard isNews else { return }
        contents.withLock { $0.count += 1 }
        continuation.yield()
    }

    /// - Returns: whether it is worth a scan.
    private func note(_ event: inotify_event, _ entry: String) -> Bool {
        contents.withLock { contents in
            if event.mask & UInt32(IN_Q_OVERFLOW) != 0 {
                contents.unfinished = [:]
                return true
            }
            guard let folder = contents.folders[event.wd] else { return false }
            if event.mask & UInt32(IN_IGNORED) != 0 {
                contents.folders[event.wd] = nil
                return true
            }
            guard !folder.isEmpty else { return entry == name }
            // What concerns the folder itself has no entry.
            let isFolder = event.mask & UInt32(IN_ISDIR) != 0 || entry.isEmpty
            guard isFolder || FolderScan.isGuide(entry), !entry.hasPrefix(".") else { return false }
            let isWritten = event.mask & (UInt32(IN_MODIFY) | UInt32(IN_CREATE)) != 0
            contents.unfinished["\(folder)/\(entry)"] = isWritten && !isFolder ? .now : nil
            return true
        }
    }
}

/// Reads the news as they come, for as long as it lives.
final class FolderEventSource {
    private let source: any DispatchSourceRead

    init(_ events: FolderEvents) {
        source = DispatchSource.makeReadSource(
            fileDescriptor: events.descriptor, queue: DispatchQueue(label: "runbook.folder"))
        source.setEventHandler { events.read() }
        source.activate()
    }

    deinit { source.cancel() }
}
