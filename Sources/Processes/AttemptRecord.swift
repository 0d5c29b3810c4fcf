import CProcess
import Essentials
import Glibc

/// The record that the owner of an attempt keeps in `status`.
struct AttemptRecord: Sendable {
    private let raw: runbook_record

    /// Reads it from the open `status`.
    init(reading status: Descriptor) throws(SystemError) {
        var raw = runbook_record()
        let error = runbook_record_read(status.raw, &raw)
        guard error == 0 else { throw SystemError(error, "read the status") }
        self.raw = raw
    }

    var isFence: Bool { raw.owner == RUNBOOK_OWNER_FENCE.rawValue }
    var shim: pid_t { raw.shim_pid }
    /// In clock ticks since boot: with `shim` it names one process.
    var shimStart: UInt64 { raw.shim_start }

    /// Whether it was written since this machine was booted.
    var isOfThisBoot: Bool { Boot.name(of: raw) == Boot.id }

    var hasBegun: Bool { withUnsafePointer(to: raw) { runbook_record_has_begun($0) != 0 } }
    var hasResult: Bool { withUnsafePointer(to: raw) { runbook_record_has_result($0) != 0 } }

    /// The step's main process and session; nil before it was let go.
    var step: pid_t? { hasBegun ? raw.beginning.step_pid : nil }
    var started: Timestamp? { hasBegun ? Timestamp(nanoseconds: raw.beginning.wall_ns) : nil }

    /// Turns boot times into wall clock times as they stood when the step began.
    var clock: FrameClock? {
        hasBegun ? FrameClock(wallNanoseconds: raw.beginning.wall_ns, bootNanoseconds: raw.beginning.boot_ns) : nil
    }

    /// The ending that the result tells; `logBytes` is the size that the log has now.
    func ending(logBytes: Int64) -> Ending {
        let flags = raw.result.flags
        return Ending(
            outcome: outcome, started: started, finished: Timestamp(nanoseconds: raw.result.wall_ns),
            outputCut: flags & RUNBOOK_OUTPUT_CUT.rawValue != 0,
            // Shorter than it was only after a power cut.
            outputMayEndEarly: flags & RUNBOOK_OUTPUT_LOST.rawValue != 0 || logBytes < Int64(raw.result.log_bytes),
            processesLeft: flags & RUNBOOK_PROCESSES_LEFT.rawValue != 0)
    }

    private var outcome: Ending.Outcome {
        let value = raw.result.value
        return switch runbook_kind(raw.result.kind) {
        case RUNBOOK_EXITED: .exited(value)
        case RUNBOOK_SIGNALLED: .signalled(value)
        case RUNBOOK_TIMED_OUT: .timedOut
        case RUNBOOK_STOPPED: .stopped
        case RUNBOOK_COULD_NOT_START: .couldNotStart(errno: value, sentence(about: value))
        default: .unknown
        }
    }

    private func sentence(about code: Int32) -> String {
        let subject = withUnsafeBytes(of: raw.result.subject) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        switch runbook_place(raw.result.place) {
        case RUNBOOK_PLACE_DIRECTORY:
            return "The working directory \"\(subject)\" cannot be entered: \(reason(code))."
        case RUNBOOK_PLACE_PROGRAM where code == ENOENT && subject.contains("/"):
            return "\"\(subject)\" cannot be run: it, or the interpreter that its first line names, does not exist."
        case RUNBOOK_PLACE_PROGRAM where code == ENOENT:
            return "\"\(subject)\" cannot be run: no directory in the step's PATH has it."
        case RUNBOOK_PLACE_PROGRAM:
            return "\"\(subject)\" cannot be run: \(reason(code))."
        default:
            return "The step's process could not be made: \(reason(code))."
        }
    }
}

extension AttemptRecord {
    /// Takes the exit of a shim that ended before it was adopted, if it came to this process as an orphan.
    func reapShim() {
        let held = runbook_pidfd_open(shim)
        guard held >= 0 else { return }
        defer { close(held) }
        var process = runbook_process()
        guard runbook_process_read(shim, &process) == 0, process.start == shimStart else { return }
        var status: Int32 = 0
        _ = runbook_pidfd_reap(held, &status)
    }
}

/// One moment on both clocks.
struct FrameClock: Sendable {
    let wallNanoseconds: Int64
    let bootNanoseconds: UInt64

    func time(ofBoot nanoseconds: UInt64) -> Timestamp {
        Timestamp(nanoseconds: wallNanoseconds &+ Int64(bitPattern: nanoseconds &- bootNanoseconds))
    }
}

extension Timestamp {
    init(nanoseconds: Int64) { self.init(microseconds: nanoseconds / 1000) }
}
