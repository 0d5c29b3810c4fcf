package import Essentials
import Storage

/// How bad it is: `sev1` is the worst.
package enum Severity: String, Sendable, CaseIterable, Codable, SQLBindable, Comparable {
    case sev1
    case sev2
    case sev3
    case sev4

    /// A worse one is greater.
    package static func < (a: Severity, b: Severity) -> Bool { a.rawValue > b.rawValue }
}

/// Where an incident stands.
package enum IncidentState: String, Sendable, CaseIterable, Codable, SQLBindable {
    /// Nobody has taken it up.
    case triggered
    case acknowledged
    /// What it did to people has ended; its cause may not have.
    case mitigated
    case resolved

    package var isOpen: Bool { self != .resolved }

    /// What may be done to it, in the order in which one does.
    package var moves: [IncidentMove] { IncidentMove.allCases.filter { $0.isAllowed(in: self) } }
}

/// What brings an incident from one state to another.
package enum IncidentMove: String, Sendable, CaseIterable {
    case acknowledge
    case mitigate
    case resolve
    case reopen

    package var target: IncidentState {
        switch self {
        case .acknowledge: .acknowledged
        case .mitigate: .mitigated
        case .resolve: .resolved
        case .reopen: .triggered
        }
    }

    /// The kind of its event, without `incident.` before it.
    var past: String { self == .reopen ? "reopened" : target.rawValue }

    /// One may skip ahead, never go back but by reopening.
    package func isAllowed(in state: IncidentState) -> Bool {
        switch (self, state) {
        case (.acknowledge, .triggered), (.mitigate, .triggered), (.mitigate, .acknowledged): true
        case (.resolve, let state): state.isOpen
        case (.reopen, .resolved): true
        case (.acknowledge, _), (.mitigate, _), (.reopen, _): false
        }
    }
}

/// The parts that people play in an incident.
package enum IncidentRole: String, Sendable, CaseIterable, Codable, SQLBindable {
    /// Decides.
    case commander
    /// Tells those outside.
    case communications
    /// Writes down what happens.
    case scribe
}

/// When an incident came to what; what has not happened is nil.
package struct Milestones: Sendable, Equatable {
    package let opened: Timestamp
    package var acknowledged: Timestamp?
    package var mitigated: Timestamp?
    package var resolved: Timestamp?

    package init(
        opened: Timestamp, acknowledged: Timestamp? = nil, mitigated: Timestamp? = nil, resolved: Timestamp? = nil
    ) {
        self.opened = opened
        self.acknowledged = acknowledged
        self.mitigated = mitigated
        self.resolved = resolved
    }

    /// As they stand after a move. Whoever mitigates or resolves what nobody had taken up has taken it up by that; alerts
    /// that go away by themselves have not.
    package func after(_ move: IncidentMove, at now: Timestamp, byPeople isByPeople: Bool) -> Milestones {
        var after = self
        switch move {
        case .acknowledge: after.acknowledged = now
        case .mitigate: after.mitigated = now
        case .resolve: after.resolved = now
        case .reopen: return Milestones(opened: opened)
        }
        if after.acknowledged == nil, isByPeople { after.acknowledged = now }
        return after
    }
}
