import Foundation
import Glibc
import Testing

extension Server {
    /// The machine loses its power, and is there again.
    ///
    /// Server, shims and steps stand still while the data folder is copied; then all are killed, the copy takes the folder's
    /// place, and the next server starts in another boot where the tests may make it look like one.
    /// - Parameter note: told of the shims that die, before they do.
    func losePower(port: UInt16 = 0, _ note: ([RunningProcess]) -> Void = { _ in }) async throws {
        let server = try child.pid
        kill(server, SIGSTOP)
        try await until("everything stands still") {
            let moving = try RunningProcess.all(thatKnow: data).filter { !$0.isStopped }
            for process in moving { kill(process.pid, SIGSTOP) }
            return moving.isEmpty
        }
        note(try RunningProcess.shims(in: data).map(\.shim))
        try await copyFolder(data, to: data + ".copy")
        for process in try RunningProcess.all(thatKnow: data) { kill(process.pid, SIGKILL) }
        #expect(try await self.end(by: SIGKILL) == .signalled(SIGKILL))
        try await until("all are dead") { try RunningProcess.all(thatKnow: data).isEmpty }
        try FileManager.default.removeItem(atPath: data)
        try FileManager.default.moveItem(atPath: data + ".copy", toPath: data)
        if Boot.isPermitted { try reboot() }
        try await start(port: port)
    }

    private func copyFolder(_ folder: String, to copy: String) async throws {
        let child = try Child(
            "cp", ["-a", folder, copy], environment: ["PATH": "/usr/bin:/bin"],
            log: "\(self.folder)/copy-\(UUID().uuidString)", directory: self.folder)
        let ending = try await child.ending
        #expect(ending == .exited(0))
    }
}

/// A machine that was booted once more, as far as a program can tell.
enum Boot {
    private static let identity = "/proc/sys/kernel/random/boot_id"

    /// Runs what follows in a boot whose id stands in a file.
    static func words(_ file: String) -> [String] {
        ["--mount", "sh", "-c", "mount --bind \"$0\" \(identity) && exec \"$@\"", file]
    }

    /// A mount of one's own takes root, and a machine that allows it.
    static let isPermitted: Bool = {
        let file = FileManager.default.temporaryDirectory.path + "/runbook-boot-" + UUID().uuidString
        defer { unlink(file) }
        guard (try? write(another(), to: file)) != nil, let unshare = Programs.find("unshare") else { return false }
        let process = try? Child(
            unshare, words(file) + ["cmp", file, identity], environment: ["PATH": "/usr/bin:/bin"], log: file + ".log",
            directory: "/")
        guard let process else { return false }
        while !process.hasEnded { usleep(1000) }
        for end in ["in", "out", "err"] { unlink("\(file).log.\(end)") }
        return process.hasSucceeded
    }()

    /// The id of a boot that was not yet, as the kernel writes it.
    static func another() -> String { UUID().uuidString.lowercased() + "\n" }
}
