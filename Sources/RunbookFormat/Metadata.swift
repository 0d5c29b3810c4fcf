package import Essentials

/// What a guide's front matter says.
package struct Metadata: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case runbook
        case deployment
        case rollback
        case checklist
        case maintenance
    }

    package enum Priority: String, Sendable, CaseIterable {
        case critical
        case high
        case `default`
        case low
    }

    /// What happens to a run whose step's outcome a restart left unknown.
    package enum OnRestart: String, Sendable, CaseIterable {
        case resume
        case wait
    }

    /// A secret that the steps see as an environment variable.
    package struct SecretReference: Sendable, Equatable {
        package let variable: String
        /// The name under which the server keeps it.
        package let secret: String
    }

    package var title: String?
    package var service: String?
    package var owner: String?
    package var kind = Kind.runbook
    package var parameters = ParameterDeclarations()
    /// Variables that every step sees.
    package var environment: [String: String] = [:]
    package var secrets: [SecretReference] = []
    /// Programs that must be on the path before the first step.
    package var requires: [String] = []
    package var priority = Priority.default
    /// The longest that a whole run may take.
    package var timeout: Duration?
    /// The runbook that undoes this one.
    package var rollback: String?
    /// Where that stands.
    package var rollbackLine = 1
    /// The sections that are the stages of a deployment, by slug; empty where the guide's levels say so.
    package var stages: [String] = []
    package var onRestart = OnRestart.wait
    /// Incoming alerts that this runbook fits.
    package var alerts: [AlertRule] = []
    /// When it runs by itself.
    package var schedules: [ScheduleDeclaration] = []
    /// How many runs there may be at a time.
    package var concurrency: ConcurrencyRule?
    /// By which a run can choose steps: those of every step of the guide.
    package var tags: [String] = []
    /// What is watched; nothing carries it out yet.
    package var guards: [GuardDeclaration] = []
    /// Who is told; nothing carries it out yet.
    package var notify: [NotifyDeclaration] = []
    /// Everything, as written: also keys that Runbook doesn't know.
    package var raw: [String: JSONValue] = [:]
}
