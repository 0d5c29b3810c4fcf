/// The watched folder, and what in it is not in the catalogue.
package struct WatchedFolder: Codable, Sendable {
    /// `events` when the kernel tells of changes, `polling` when it is looked at every second, `none` without a folder.
    package let watching: String
    package let faults: [Fault]

    package struct Fault: Codable, Sendable {
        /// Below the folder.
        package let path: String
        /// Of which the version that was stored before still counts, if there is one.
        package let runbook: String
        package let message: String
        package let since: String

        package init(path: String, runbook: String, message: String, since: String) {
            self.path = path
            self.runbook = runbook
            self.message = message
            self.since = since
        }
    }

    package init(watching: String, faults: [Fault]) {
        self.watching = watching
        self.faults = faults
    }
}
