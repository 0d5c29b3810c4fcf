import Foundation
import Glibc

/// What the kernel says of this process, under the names that Prometheus' client libraries use.
/// https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics
struct ProcessFacts {
    private var seconds = 0.0
    private var resident = 0.0
    private var started = 0.0
    private var open = 0

    static var current: ProcessFacts {
        var facts = ProcessFacts()
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        // The fields after the name, which may hold anything: state is 3, utime 14, stime 15, starttime 22, rss 24.
        let stat = text("/proc/self/stat")
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ").dropFirst()
            .map { Double($0) ?? 0 }
        if fields.count > 21 {
            facts.seconds = (fields[11] + fields[12]) / ticks
            facts.resident = fields[21] * Double(sysconf(Int32(_SC_PAGESIZE)))
            let booted = text("/proc/stat").split(separator: "\n").first { $0.hasPrefix("btime ") }
            facts.started = (booted.flatMap { Double($0.dropFirst("btime ".count)) } ?? 0) + fields[19] / ticks
        }
        facts.open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
        return facts
    }

    func describe(in metrics: inout Exposition) {
        metrics.single(
            "process_cpu_seconds_total", .counter, "User and system time of this process in seconds.", seconds)
        metrics.single("process_resident_memory_bytes", .gauge, "Memory of this process that is resident.", resident)
        metrics.single(
            "process_start_time_seconds", .gauge, "When this process started, in seconds since 1970.", started)
        metrics.single("process_open_fds", .gauge, "Files that this process has open.", Double(open))
    }

    private static func text(_ path: String) -> String {
        // In the kernel's own files nothing fails that would be worth an answer without the other metrics.
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}
