import Foundation
import Glibc

/// What runs on this machine, as /proc has it.
struct RunningProcess: Sendable, Equatable {
    let pid: pid_t
    let parent: pid_t
    let isStopped: Bool
    let arguments: [String]

    /// Nil for what is not there any more, and for what has ended and waits to be collected.
    init?(_ pid: pid_t) {
        let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/stat") ?? Data()
        let stat = String(decoding: bytes, as: UTF8.self)
        // The name stands in parentheses and may hold anything.
        guard let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        guard fields.count > 1, fields[0] != "Z", fields[0] != "X", let parent = pid_t(fields[1]) else {
            return nil
        }
        self.pid = pid
        self.parent = parent
        isStopped = fields[0] == "T"
        arguments = (FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()).split(separator: 0)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    static func all() throws -> [RunningProcess] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }
            .compactMap(RunningProcess.init)
    }

    /// Those that were told the text: in an argument or in their environment.
    static func all(thatKnow text: String) throws -> [RunningProcess] {
        try all().filter { process in
            process.pid != getpid()
                && (process.arguments.contains { $0.contains(text) } || process.environment.contains(text))
        }
    }

    private var environment: String {
        String(decoding: FileManager.default.contents(atPath: "/proc/\(pid)/environ") ?? Data(), as: UTF8.self)
    }

    /// The shims that own an attempt below the data folder, and their steps' first processes: before its exec, a step's
    /// process looks like its shim.
    static func shims(in data: String) throws -> [(shim: RunningProcess, steps: [RunningProcess])] {
        let all = try all()
        let shims = all.filter { $0.arguments.count == 2 && $0.arguments[1].hasPrefix(data + "/attempts/") }
        return shims.filter { candidate in !shims.contains { $0.pid == candidate.parent } }.map { shim in
            (shim, all.filter { $0.parent == shim.pid })
        }
    }
}
