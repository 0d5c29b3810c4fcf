package import Essentials
import Synchronization

/// A file of the watched folder that is not in the catalogue as it stands there, and why.
package struct FolderFault: Sendable, Equatable {
    /// Below the folder.
    package let path: String
    /// Of the runbook that the file would be; what was stored of it before still counts.
    package let runbook: String
    package let message: String
    package let since: Timestamp
}

/// How the watched folder and the catalogue stand to each other, for whoever asks.
package final class FolderState: Sendable {
    package enum Watching: String, Sendable, CaseIterable {
        /// Nothing is watched.
        case none
        /// The kernel tells of changes.
        case events
        /// It is looked at again and again.
        case polling
    }

    private let contents = Mutex<(watching: Watching, faults: [FolderFault])>((.none, []))

    package var watching: Watching {
        get { contents.withLock { $0.watching } }
        set { contents.withLock { $0.watching = newValue } }
    }

    /// By path.
    package var faults: [FolderFault] {
        get { contents.withLock { $0.faults } }
        set { contents.withLock { $0.faults = newValue } }
    }

    package func faults(of runbook: String) -> [FolderFault] { faults.filter { $0.runbook == runbook } }
}
