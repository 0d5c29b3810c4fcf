/// What starts by itself, again and again.
package struct Schedule: Codable, Sendable, Equatable {
    /// What came of one time.
    package struct Firing: Codable, Sendable, Equatable {
        /// The time that it was for, and when it was started.
        package let due: String
        package let at: String
        /// `started`, `skipped` or `refused`.
        package let outcome: String
        /// What it started, such as `run/01j9…`.
        package let object: String?
        /// Why it started nothing.
        package let reason: String?

        package init(due: String, at: String, outcome: String, object: String?, reason: String?) {
            self.due = due
            self.at = at
            self.outcome = outcome
            self.object = object
            self.reason = reason
        }
    }

    package let id: String
    package let runbook: String
    package let section: String?
    /// `run` or `checklist`.
    package let starts: String
    package let cron: String
    package let timezone: String
    /// `skip`, `once` or `all`.
    package let missed: String
    /// `skip` or `allow`.
    package let overlap: String
    package let parameters: [String: String]
    /// The guide's front matter asks for it.
    package let declared: Bool
    package let paused: Bool
    /// Absent while it is paused, and when it never comes again.
    package let due: String?
    package let created: String
    /// Who added it.
    package let by: String
    /// The times that come next; only where one schedule is asked for.
    package let next: [String]?
    /// The last ones, the newest first; only where one schedule is asked for.
    package let firings: [Firing]?

    package init(
        id: String, runbook: String, section: String?, starts: String, cron: String, timezone: String, missed: String,
        overlap: String, parameters: [String: String], declared: Bool, paused: Bool, due: String?, created: String,
        by: String, next: [String]?, firings: [Firing]?
    ) {
        self.id = id
        self.runbook = runbook
        self.section = section
        self.starts = starts
        self.cron = cron
        self.timezone = timezone
        self.missed = missed
        self.overlap = overlap
        self.parameters = parameters
        self.declared = declared
        self.paused = paused
        self.due = due
        self.created = created
        self.by = by
        self.next = next
        self.firings = firings
    }
}

/// What `POST /api/v1/schedules` takes.
package struct ScheduleRequest: Codable, Sendable {
    package var runbook: String
    package var cron: String
    /// UTC without it.
    package var timezone: String?
    package var section: String?
    package var starts: String?
    package var missed: String?
    package var overlap: String?
    package var parameters: [String: String]?

    package init(
        runbook: String, cron: String, timezone: String? = nil, section: String? = nil, starts: String? = nil,
        missed: String? = nil, overlap: String? = nil, parameters: [String: String]? = nil
    ) {
        self.runbook = runbook
        self.cron = cron
        self.timezone = timezone
        self.section = section
        self.starts = starts
        self.missed = missed
        self.overlap = overlap
        self.parameters = parameters
    }
}
