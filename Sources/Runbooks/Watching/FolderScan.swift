import Essentials
import Foundation
import Glibc

/// The guides that stand below a folder at one moment.
///
/// Hidden files and folders are left out, for they hold what tools keep: `.git`, an editor's locks. A link to a file counts
/// when it leads to one in the folder; links to folders are not followed.
struct FolderScan {
    /// What changes when a file does, whoever writes it and whatever the clock says.
    struct Signature: Equatable {
        let device: UInt64
        let inode: UInt64
        let size: Int64
        let modified: [Int]
        let changed: [Int]

        init(_ status: stat) {
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            modified = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
            changed = [status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
        }
    }

    /// The folder itself, links followed; nil when there is none.
    let root: String?
    /// By the path below the folder.
    private(set) var files: [String: Signature] = [:]
    /// Folders, and links to nothing, that can't be read.
    private(set) var faults: [(path: String, problem: Problem)] = []
    /// Whether every folder could be read, so that what is not here is gone.
    private(set) var isWhole = true

    /// - Parameter visit: is called with each folder before it is read, so that nothing is missed when it watches them.
    init(_ folder: String, visiting visit: (String) -> Void = { _ in }) {
        root = Self.canonical(folder)
        guard let root else { return }
        read(root, below: "", root: root, visit)
    }

    private mutating func read(_ folder: String, below: String, root: String, _ visit: (String) -> Void) {
        visit(folder)
        let entries: [String]
        do {
            entries = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            // It may have gone since its parent was read; then the next scan says so.
            guard access(folder, F_OK) == 0 else { return }
            isWhole = false
            let name = below.isEmpty ? "the folder" : below
            faults.append((below, .invalid("\(name) cannot be read: give whoever runs the server the permission.")))
            return
        }
        for entry in entries where !entry.hasPrefix(".") {
            let (path, relative) = ("\(folder)/\(entry)", below.isEmpty ? entry : "\(below)/\(entry)")
            var status = stat()
            guard lstat(path, &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: read(path, below: relative, root: root, visit)
            case _ where !Self.isGuide(entry): continue
            case S_IFLNK:
                guard stat(path, &status) == 0, let target = Self.canonical(path) else {
                    faults.append((relative, .invalid("\(relative) is a link to nothing.")))
                    continue
                }
                guard status.st_mode & S_IFMT != S_IFDIR else { continue }
                guard target.hasPrefix(root + "/") else {
                    faults.append(
                        (relative, .invalid("\(relative) is a link out of the folder, which is not followed.")))
                    continue
                }
                files[relative] = Signature(status)
            default: files[relative] = Signature(status)
            }
        }
    }

    static func isGuide(_ entry: String) -> Bool {
        let lowered = entry.lowercased()
        return lowered.hasSuffix(".md") || lowered.hasSuffix(".markdown")
    }

    private static func canonical(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
