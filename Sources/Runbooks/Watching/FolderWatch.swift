import Essentials
import Journal
package import Logging
import Storage

/// Keeps the catalogue as the folder is: what is new or changed there is stored within a second, what has gone says so.
///
/// A file that can't be a runbook leaves the version that was stored before, and is named in the log, on the journal and on
/// the pages until it is mended.
package actor FolderWatch {
    private static let quiet = Duration.milliseconds(50)
    /// Whoever writes for longer is followed while he does.
    private static let longestBurst = Duration.milliseconds(500)
    private static let pollingInterval = Duration.seconds(1)
    /// Stored at once; they share commits.
    private static let atOnce = 8

    private let catalogue: Catalogue
    private let folder: String
    private let logger: Logger
    private let events: FolderEvents?
    private let source: FolderEventSource?
    /// What each file was when it was taken in, or refused.
    private var seen: [String: FolderScan.Signature] = [:]
    /// Of the last scan that was whole; nil before it.
    private var names: Set<String>?

    /// - Parameters:
    ///   - isPolling: looks again and again even where the kernel would tell.
    ///   - patience: how long a writer may pause before what he has written counts as whole.
    package init(
        _ catalogue: Catalogue, folder: String, isPolling: Bool = false, patience: Duration = .seconds(1),
        logger: Logger
    ) {
        self.catalogue = catalogue
        self.folder = folder
        self.logger = logger
        let events = isPolling ? nil : FolderEvents(around: folder, patience: patience)
        self.events = events
        source = events.map(FolderEventSource.init)
        catalogue.folder.watching = events == nil ? .polling : .events
    }

    /// Follows the folder until its task is cancelled.
    package func run() async {
        if events == nil {
            logger.warning("The kernel gives no news of the folder: it is looked at every second")
        }
        // Between the first loading and now.
        await follow(isQuiet: true)
        while !Task.isCancelled {
            do {
                await follow(isQuiet: try await change())
            } catch {
                return
            }
        }
    }

    /// Waits for news, and for its end.
    /// - Returns: whether there was none any more.
    private func change() async throws(CancellationError) -> Bool {
        guard let events, catalogue.folder.watching == .events else {
            try await pause(Self.pollingInterval)
            return true
        }
        if events.unfinished.isEmpty {
            var news = events.news.makeAsyncIterator()
            guard await news.next() != nil, !Task.isCancelled else { throw CancellationError() }
        }
        let start = ContinuousClock.now
        var count = -1
        while events.count != count {
            guard ContinuousClock.now - start < Self.longestBurst else { return false }
            count = events.count
            try await pause(Self.quiet)
        }
        return true
    }

    private func pause(_ duration: Duration) async throws(CancellationError) {
        do {
            try await Task.sleep(for: duration)
        } catch {
            throw CancellationError()
        }
    }

    /// A full disk or a locked database ends no watch: what could not be stored is not seen, and comes again.
    private func follow(isQuiet: Bool) async {
        do {
            _ = try await takeIn(isQuiet: isQuiet)
        } catch {
            logger.error("The folder could not be followed", metadata: ["folder": "\(folder)", "error": "\(error)"])
        }
    }

    /// Stores what is new or changed, and marks what has gone.
    /// - Parameter isQuiet: whether nobody writes there at the moment, so that what is not there has gone for good.
    package func takeIn(isQuiet: Bool = true) async throws -> FolderReport {
        var folders: Set<String> = []
        var isWatched = true
        let scan = FolderScan(folder) { path in
            folders.insert(path)
            if let events, !events.watch(path) { isWatched = false }
        }
        events?.keep(folders)
        // Of what the scan has seen half, the kernel has told by now.
        events?.read()
        let unfinished = events?.unfinished ?? []
        if !isWatched, catalogue.folder.watching == .events {
            catalogue.folder.watching = .polling
            logger.warning(
                "There are more folders than the kernel may watch: they are looked at every second; raise fs.inotify.max_user_watches",
                metadata: ["folders": "\(folders.count)"])
        }
        var report = FolderReport()
        for (path, problem) in scan.faults { report.refused.append((path, problem)) }
        var byName: [String: [String]] = [:]
        for path in scan.files.keys.sorted() { byName[RunbookName.of(path: path), default: []].append(path) }
        var changed: [(name: String, path: String)] = []
        for (name, paths) in byName.sorted(by: { $0.key < $1.key }) {
            guard paths.count == 1 else {
                let problem = Problem.conflict("\(paths.joined(separator: " and ")) have the same name \(name).")
                for path in paths {
                    report.refused.append((path, problem))
                    seen[path] = nil
                }
                continue
            }
            if seen[paths[0]] == scan.files[paths[0]] {
                report.refused += faults(at: paths[0])
            } else if let root = scan.root, !unfinished.contains("\(root)/\(paths[0])") {
                changed.append((name, paths[0]))
            } else {
                report.refused += faults(at: paths[0])
            }
        }
        try await store(changed, of: scan, in: &report)
        seen = seen.filter { scan.files[$0.key] != nil }
        try await note(report.refused)
        if scan.isWhole, isQuiet, names != Set(byName.keys) {
            try await catalogue.release(allBut: Set(byName.keys))
            names = Set(byName.keys)
        }
        return report
    }

    private func faults(at path: String) -> [(path: String, problem: Problem)] {
        catalogue.folder.faults.filter { $0.path == path }.map { (path, .invalid($0.message)) }
    }

    private func store(
        _ files: [(name: String, path: String)], of scan: FolderScan, in report: inout FolderReport
    ) async throws {
        guard let root = scan.root else { return }
        let catalogue = catalogue
        for start in stride(from: 0, to: files.count, by: Self.atOnce) {
            let part = files[start..<min(files.count, start + Self.atOnce)]
            let results = try await withThrowingTaskGroup(of: (String, String, Problem?).self) { group in
                for (name, path) in part {
                    group.addTask {
                        do throws(Problem) {
                            try await catalogue.storeFile("\(root)/\(path)", name: name)
                            return (name, path, nil)
                        } catch {
                            return (name, path, error)
                        }
                    }
                }
                var results: [(String, String, Problem?)] = []
                for try await result in group { results.append(result) }
                return results
            }
            for (name, path, problem) in results {
                // The disk and the database mend themselves, or somebody does: it comes again.
                if let problem, problem.code == .unavailable { throw problem }
                seen[path] = scan.files[path]
                if let problem { report.refused.append((path, problem)) } else { report.loaded.append(name) }
            }
        }
    }

    /// Says what is wrong now and was not before.
    private func note(_ refused: [(path: String, problem: Problem)]) async throws {
        let before = Dictionary(catalogue.folder.faults.map { ($0.path, $0) }) { first, _ in first }
        var faults: [FolderFault] = []
        for (path, problem) in refused.sorted(by: { $0.path < $1.path }) {
            if let fault = before[path], fault.message == problem.message {
                faults.append(fault)
                continue
            }
            let name = RunbookName.of(path: path)
            logger.warning("A guide was not loaded", metadata: ["path": "\(path)", "problem": "\(problem)"])
            faults.append(try await catalogue.refuse(path, name: name, problem))
        }
        catalogue.folder.faults = faults
        let mended = Set(before.keys).subtracting(faults.map(\.path)).sorted()
        for path in mended {
            logger.info("A guide is loaded again, or gone", metadata: ["path": "\(path)"])
            try await catalogue.accept(path, name: RunbookName.of(path: path))
        }
    }
}
