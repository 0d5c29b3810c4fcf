import Essentials
import CDispatch
import Dispatch
import Foundation
import Glibc
import Runbooks

/// The files that an import is about: those named, those that a pattern matches, and `*.md` and `*.markdown` below the folders named.
struct GuideSearch {
    /// What cannot be imported, and why; the other files are imported all the same.
    struct Refusal: Equatable {
        let path: String
        let problem: Problem
    }

    /// In the order given, below a folder by path.
    private(set) var files: [GuideFile] = []
    private(set) var refusals: [Refusal] = []
    /// Links that lead out of their folder, left alone.
    private(set) var skippedLinks: [String] = []

    /// - Parameter name: instead of the name made of the path; for a single file.
    /// - Throws: `Problem.invalid` when `name` is given for anything else.
    init(_ paths: [String], name: String? = nil) throws(Problem) {
        for path in paths {
            var status = stat()
            guard stat(path, &status) == 0 else {
                let code = errno
                if let pattern = GuidePattern(path) {
                    guard name == nil else { throw .invalid("\(path) is a pattern: --name goes with a single file.") }
                    search(pattern, written: path)
                    continue
                }
                refusals.append(Refusal(path: path, problem: SourceFile.problem(with: path, code)))
                continue
            }
            guard status.st_mode & S_IFMT == S_IFDIR else {
                files.append(GuideFile(path: path, name: name ?? GuideFile.name(ofFile: path)))
                continue
            }
            guard name == nil else { throw .invalid("\(path) is a folder: --name goes with a single file.") }
            let before = files.count + refusals.count
            search(folder: path, below: "", root: canonical(path) ?? path) { Self.isGuide($0) }
            if files.count + refusals.count == before {
                refusals.append(
                    Refusal(path: path, problem: .invalid("There is no *.md or *.markdown file below \(path).")))
            }
        }
        refuseSharedNames()
    }

    /// Its files are called by their path below the folder that the pattern begins with.
    private mutating func search(_ pattern: GuidePattern, written path: String) {
        let before = files.count + refusals.count
        if let root = canonical(pattern.folder) {
            search(folder: pattern.folder, below: "", root: root, accepting: pattern.matches)
        }
        if files.count + refusals.count == before {
            refusals.append(Refusal(path: path, problem: .invalid("No file matches \(path).")))
        }
    }

    /// - Parameter accepts: whether a file is meant, by its path below the folder.
    private mutating func search(
        folder: String, below: String, root: String, accepting accepts: (String) -> Bool
    ) {
        let entries: [String]
        do {
            entries = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            refusals.append(Refusal(path: folder, problem: .invalid("The folder \(folder) cannot be read.")))
            return
        }
        // Hidden folders hold what tools keep: .git, .github, .venv.
        for entry in entries.sorted() where !entry.hasPrefix(".") {
            let path = folder.hasSuffix("/") ? folder + entry : "\(folder)/\(entry)"
            let relative = below.isEmpty ? entry : "\(below)/\(entry)"
            var status = stat()
            guard lstat(path, &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: search(folder: path, below: relative, root: root, accepting: accepts)
            case _ where !accepts(relative): continue
            case S_IFLNK:
                guard let target = canonical(path) else {
                    refusals.append(Refusal(path: path, problem: .invalid("\(path) is a link to nothing.")))
                    continue
                }
                guard target.hasPrefix(root.hasSuffix("/") ? root : root + "/") else {
                    skippedLinks.append(path)
                    continue
                }
                files.append(GuideFile(path: path, name: RunbookName.of(path: relative)))
            default: files.append(GuideFile(path: path, name: RunbookName.of(path: relative)))
            }
        }
    }

    private static func isGuide(_ path: String) -> Bool {
        let lower = path.lowercased()
        return lower.hasSuffix(".md") || lower.hasSuffix(".markdown")
    }

    /// Two files with one name would overwrite each other on the server: neither is sent.
    private mutating func refuseSharedNames() {
        var byName: [String: [GuideFile]] = [:]
        var unique: [GuideFile] = []
        var seen: Set<String> = []
        for file in files {
            // The same file named twice is one.
            guard seen.insert("\(file.name)\u{0}\(canonical(file.path) ?? file.path)").inserted else { continue }
            unique.append(file)
            byName[file.name, default: []].append(file)
        }
        files = []
        for file in unique {
            guard let others = byName[file.name], others.count > 1 else {
                files.append(file)
                continue
            }
            let paths = others.map(\.path).joined(separator: " and ")
            refusals.append(
                Refusal(
                    path: file.path,
                    problem: .invalid("\(paths) would both be called \(file.name): rename one, or give it a --name.")))
        }
    }

    private func canonical(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
