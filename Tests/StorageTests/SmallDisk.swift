import Foundation
import Glibc
import Testing

/// A file system in memory that is soon full.
struct SmallDisk {
    let path: String

    static var isPermitted: Bool {
        guard geteuid() == 0, let folder = try? TemporaryFolder(),
            let disk = try? SmallDisk(at: folder.path, megabytes: 1)
        else { return false }
        disk.unmount()
        return true
    }

    init(at path: String, megabytes: Int) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try #require(mount("tmpfs", path, "tmpfs", 0, "size=\(megabytes)m") == 0)
    }

    func unmount() { umount2(path, Int32(MNT_DETACH)) }

    /// Takes all room but for so many bytes, as `path/ballast`.
    func fill(leaving bytes: Int) throws {
        var status = statvfs()
        try #require(statvfs(path, &status) == 0)
        let free = Int(status.f_bavail) * Int(status.f_bsize)
        try Data(count: max(0, free - bytes)).write(to: URL(fileURLWithPath: ballast))
    }

    /// Gives it back.
    func empty() throws { try FileManager.default.removeItem(atPath: ballast) }

    private var ballast: String { path + "/ballast" }
}
