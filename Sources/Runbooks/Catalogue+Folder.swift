package import Essentials
import Foundation
import Journal
import Storage

extension Catalogue {
    /// What a folder's loading made of each file.
    package struct FolderReport: Sendable {
        package var loaded: [String] = []
        /// Path and what is wrong with it; the others are loaded all the same.
        package var refused: [(path: String, problem: Problem)] = []
    }

    /// Stores every `*.md` and `*.markdown` below the folder. What was loaded from it before and is gone from it now can
    /// be imported over again. Symbolic links are not followed out of the folder.
    package func load(folder: String) async throws -> FolderReport {
        let loader = Principal.system("folder")
        var report = FolderReport()
        var paths: [String: [String]] = [:]
        for path in Self.markdownFiles(in: folder) { paths[RunbookName.of(path: path), default: []].append(path) }
        for (name, files) in paths.sorted(by: { $0.key < $1.key }) {
            guard files.count == 1 else {
                for path in files {
                    report.refused.append(
                        (path, .conflict("\(files.sorted().joined(separator: " and ")) have the same name \(name).")))
                }
                continue
            }
            do {
                let source = try SourceFile.read(folder + "/" + files[0])
                _ = try await store(source, name: name, origin: .folder, by: loader)
                report.loaded.append(name)
            } catch let problem as Problem {
                report.refused.append((files[0], problem))
            }
        }
        try await release(allBut: Set(paths.keys), by: loader)
        return report
    }

    private func release(allBut names: Set<String>, by principal: Principal) async throws {
        struct Name: Decodable { let name: String }
        let (journal, time) = (journal, time)
        try await database.write { transaction in
            let standing = try transaction.all(
                "/* scan: once at start */ SELECT name FROM runbooks WHERE origin = 'folder'", as: Name.self)
            for gone in standing.map(\.name) where !names.contains(gone) {
                try transaction.execute(
                    "UPDATE runbooks SET origin = 'import', updated = \(time.now()) WHERE name = \(gone)")
                try journal.append(
                    Event("runbook.moved", on: ObjectReference("runbook", gone), details: ["origin": "import"]),
                    by: principal, in: transaction)
            }
        }
    }

    private static func markdownFiles(in folder: String) -> [String] {
        let root = URL(filePath: folder, directoryHint: .isDirectory).resolvingSymlinksInPath().path
        guard let files = FileManager.default.enumerator(atPath: root) else { return [] }
        var found: [String] = []
        for case let path as String in files {
            let lowered = path.lowercased()
            guard lowered.hasSuffix(".md") || lowered.hasSuffix(".markdown") else { continue }
            let target = URL(filePath: root + "/" + path).resolvingSymlinksInPath().path
            if target.hasPrefix(root + "/") { found.append(path) }
        }
        return found.sorted()
    }
}
