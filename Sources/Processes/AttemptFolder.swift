import CProcess
import Essentials
import Glibc

/// The files of one attempt. All of it blocks.
struct AttemptFolder: Sendable {
    let path: String

    var log: String { path + "/log" }
    private var status: String { path + "/status" }

    /// What `status` says about the attempt.
    enum Condition: Sendable {
        /// Nobody has taken it.
        case untaken
        /// A server has, so that no shim will.
        case fenced
        /// A shim has, and lives.
        case running(Descriptor, AttemptRecord)
        case finished(AttemptRecord)
        /// A shim had, and died during this boot; nil when its record cannot be read.
        case lost(AttemptRecord?)
        /// The machine went down before it finished.
        case rebooted(AttemptRecord)
    }

    /// Makes the folder with all that is to be in it before the shim starts.
    /// - Throws: `Problem.conflict` when the folder was used before; `SystemError`.
    func prepare(_ launch: Launch) throws {
        try make()
        guard access(status, F_OK) != 0 else {
            throw Problem.conflict(
                "The attempt \(launch.attempt) was started before: start another attempt, in a folder of its own.")
        }
        for (name, content) in launch.files { try write(content, to: name, mode: 0o700) }
        try write([], to: "log", mode: 0o600)
    }

    private func make() throws(SystemError) {
        if mkdir(path, 0o700) != 0 {
            guard errno == EEXIST else { throw SystemError(errno, "mkdir \(path)") }
            guard chmod(path, 0o700) == 0 else { throw SystemError(errno, "chmod \(path)") }
        }
    }

    private func write(_ bytes: [UInt8], to name: String, mode: mode_t) throws(SystemError) {
        let file = try Descriptor.open(path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: mode)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(file.raw, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw SystemError(errno, "write \(path)/\(name)") }
            written += count
        }
    }

    /// Takes the attempt for the server, so that a shim that comes late does nothing. Makes the folder if there is
    /// none.
    /// Returns false when a shim, or an earlier server, was first.
    func fence() throws(SystemError) -> Bool {
        try make()
        let folder = try Descriptor.open(path, O_RDONLY | O_DIRECTORY)
        var record = runbook_record()
        runbook_record_prepare(&record, RUNBOOK_OWNER_FENCE)
        let status = runbook_record_link(folder.raw, &record)
        guard status >= 0 else {
            guard errno == EEXIST else { throw SystemError(errno, "link \(path)/status") }
            return false
        }
        close(status)
        return true
    }

    /// - Parameter shimHasEnded: the caller saw its end, so that nobody needs to be asked whether it lives.
    /// - Throws: `SystemError`; of `EPROTO` when another version of runbook wrote the record.
    func condition(shimHasEnded: Bool = false) throws(SystemError) -> Condition {
        let file: Descriptor
        do {
            file = try Descriptor.open(status, O_RDONLY)
        } catch  where error.code == ENOENT {
            return .untaken
        }
        guard let record = try read(file) else { return .lost(nil) }
        if record.hasResult { return .finished(record) }
        if record.isFence { return .fenced }
        guard record.isOfThisBoot else { return .rebooted(record) }
        if !shimHasEnded, let shim = try holder(of: file, record) { return .running(shim, record) }
        // It is dead now; it may have written its result since the record was read.
        guard let last = try read(file) else { return .lost(nil) }
        return last.hasResult ? .finished(last) : .lost(last)
    }

    /// Nil when the file holds no record.
    private func read(_ status: Descriptor) throws(SystemError) -> AttemptRecord? {
        do {
            return try AttemptRecord(reading: status)
        } catch  where error.code == EBADMSG {
            return nil
        }
    }

    /// The shim of the record, if it lives.
    ///
    /// A pid alone proves nothing, for it may belong to another process by now. So the process is held first. If the
    /// lock is held after that, the shim lived when its pid was looked up, and what is held is the shim. Its child
    /// holds the lock too, between fork and exec; the start time rules out that the pid was taken by another process in
    /// that moment.
    private func holder(of status: Descriptor, _ record: AttemptRecord) throws(SystemError) -> Descriptor? {
        let raw = runbook_pidfd_open(record.shim)
        guard raw >= 0 else {
            guard errno == ESRCH else { throw SystemError(errno, "pidfd_open") }
            return nil
        }
        let shim = Descriptor(owning: raw)
        var process = runbook_process()
        guard runbook_process_read(record.shim, &process) == 0, process.start == record.shimStart else { return nil }
        let held = runbook_record_is_held(status.raw)
        guard held >= 0 else { throw SystemError(errno, "flock \(path)/status") }
        return held == 1 ? shim : nil
    }

    /// The size of the log; 0 when there is none.
    var logBytes: Int64 {
        var facts = stat()
        return stat(log, &facts) == 0 ? Int64(facts.st_size) : 0
    }
}

extension AttemptFolder {
    /// Nil when no step has begun here.
    func clock() throws(SystemError) -> FrameClock? {
        do {
            return try read(try Descriptor.open(status, O_RDONLY))?.clock
        } catch  where error.code == ENOENT {
            return nil
        }
    }
}
