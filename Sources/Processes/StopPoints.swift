import CProcess
import Glibc

/// Named points at which a debug build stops when `RUNBOOK_STOP_AT`, a list with commas, names them, so that tests can
/// kill it there.
package enum StopPoints {
    /// Makes `stopped-POINT` in the folder and stops this process until somebody continues it. Release builds go on.
    package static func reached(_ point: String, folder: String) {
        #if DEBUG
            guard getenv("RUNBOOK_STOP_AT") != nil else { return }
            let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard directory >= 0 else { return }
            defer { close(directory) }
            runbook_stop_point(directory, point)
        #endif
    }

    /// What a shim is told of it.
    static var requested: String? {
        #if DEBUG
            getenv("RUNBOOK_STOP_AT").map { String(cString: $0) }
        #else
            nil
        #endif
    }
}
