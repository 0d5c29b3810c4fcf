package import Essentials
package import Executions
package import Storage

/// Where a checklist stands.
package enum ChecklistState: String, Sendable, CaseIterable, Codable, SQLBindable {
    case open
    case completed
    /// Nobody works through it any more: what it was for did not come about.
    case abandoned
}

/// Where an item of a checklist stands.
package enum ItemState: String, Sendable, CaseIterable, Codable, SQLBindable {
    case open
    case ticked
    case notApplicable = "not-applicable"
    /// Its check ran and did not succeed.
    case failed

    /// Nothing is left to do about it.
    package var isSettled: Bool { self == .ticked || self == .notApplicable }

    /// What a person may make of an item.
    package static let byPeople: [ItemState] = [.open, .ticked, .notApplicable]
}

/// Of which role whoever settles an item is to be.
package enum RoleWish: Sendable, Equatable {
    case anybody
    case role(Role)
}

/// What somebody wants of an item: another state, another note, or both.
package struct ItemChange: Sendable, Equatable {
    package var state: ItemState?
    /// Empty takes the note away.
    package var note: String?
    /// The name of the person who is to see to it; empty takes it from whoever has it.
    package var assignee: String?
    package var role: RoleWish?

    package init(
        state: ItemState? = nil, note: String? = nil, assignee: String? = nil, role: RoleWish? = nil
    ) {
        self.state = state
        self.note = note
        self.assignee = assignee
        self.role = role
    }

    /// What stands after the change.
    /// - Throws: `Problem.invalid` where the note that such a change needs is missing, or that can't be asked for.
    package func applied(to state: ItemState, note before: String?) throws(Problem) -> (state: ItemState, note: String?)
    {
        let wanted = self.state ?? state
        let kept = note.map { $0.isEmpty ? nil : $0 } ?? before
        if self.state == .failed {
            throw .invalid(
                "Only a check fails an item: tick it, open it, or mark it not applicable.",
                fields: [.init(name: "state", message: ItemState.byPeople.map(\.rawValue).joined(separator: ", "))])
        }
        if wanted == .notApplicable, kept == nil {
            throw .invalid(
                "Say in a note why the item does not apply.",
                fields: [.init(name: "note", message: "why it does not apply")])
        }
        if state == .failed, wanted == .ticked, kept == nil {
            throw .invalid(
                "Its check failed: say in a note why the item is ticked all the same.",
                fields: [.init(name: "note", message: "why it is ticked though its check failed")])
        }
        return (wanted, kept)
    }
}

/// How a check ended, from its attempt alone.
package enum CheckVerdict: Equatable, Sendable {
    case ticked
    /// It ran to its end and said no.
    case failed
    /// It gave no verdict, and why: the item stays as it is.
    case none(String)

    /// - Parameters:
    ///   - exitStatus: 126 and 127 are the shell's own words for a program that it could not run, and 0 a success.
    ///   - reason: why there is no exit status.
    ///   - request: how the request ended, where the check is one: what it expected did not come, in whatever way.
    package static func of(exitStatus: Int?, reason: String?, request: AttemptState? = nil) -> CheckVerdict {
        switch request {
        case .succeeded?: return .ticked
        case .failed?, .timedOut?: return .failed
        case .running?, .cancelled?, .unknown?, nil: break
        }
        return of(exitStatus, reason)
    }

    private static func of(_ exitStatus: Int?, _ reason: String?) -> CheckVerdict {
        switch exitStatus {
        case 0?: .ticked
        case 126?: .none("The check could not run: a program that it calls may not be executed (exit status 126).")
        case 127?: .none("The check could not run: a program that it calls is not there (exit status 127).")
        case .some: .failed
        case nil: .none("The check gave no verdict: \(reason ?? "it did not run to its end.")")
        }
    }
}
