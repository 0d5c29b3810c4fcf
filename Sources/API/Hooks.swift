/// What a program elsewhere may start with a signed message.
package struct Hook: Codable, Sendable, Equatable {
    /// What came of one message.
    package struct Delivery: Codable, Sendable, Equatable {
        /// The sender's id of it.
        package let message: String
        package let at: String
        /// `started`, `repeated` or `refused`.
        package let outcome: String
        /// The id of the run that it has started.
        package let run: String?
        /// Why it started nothing.
        package let reason: String?

        package init(message: String, at: String, outcome: String, run: String?, reason: String?) {
            self.message = message
            self.at = at
            self.outcome = outcome
            self.run = run
            self.reason = reason
        }
    }

    package let name: String
    package let runbook: String
    package let section: String?
    package let parameters: [String: String]
    /// JSON Pointers into the message's body, by the parameter's name.
    package let pointers: [String: String]
    package let paused: Bool
    package let created: String
    /// Who added it.
    package let by: String
    /// Until when the secret before the present one is good.
    package let former_secret_until: String?
    /// The last ones, the newest first; only where one hook is asked for.
    package let deliveries: [Delivery]?

    package init(
        name: String, runbook: String, section: String?, parameters: [String: String], pointers: [String: String],
        paused: Bool, created: String, by: String, former_secret_until: String?, deliveries: [Delivery]?
    ) {
        self.name = name
        self.runbook = runbook
        self.section = section
        self.parameters = parameters
        self.pointers = pointers
        self.paused = paused
        self.created = created
        self.by = by
        self.former_secret_until = former_secret_until
        self.deliveries = deliveries
    }
}

/// What `POST /api/v1/hooks` takes.
package struct HookRequest: Codable, Sendable {
    package var name: String
    package var runbook: String
    package var section: String?
    package var parameters: [String: String]?
    package var pointers: [String: String]?

    package init(
        name: String, runbook: String, section: String? = nil, parameters: [String: String]? = nil,
        pointers: [String: String]? = nil
    ) {
        self.name = name
        self.runbook = runbook
        self.section = section
        self.parameters = parameters
        self.pointers = pointers
    }
}

/// A hook with its secret, which is shown this once.
package struct NewHook: Codable, Sendable, Equatable {
    package let hook: Hook
    package let secret: String

    package init(hook: Hook, secret: String) {
        self.hook = hook
        self.secret = secret
    }
}
