import Essentials

/// What a told alert means beside what was known of it: the whole rule, without a database.
enum AlertStory: Equatable {
    /// Known as it is: a repeat, or what comes late.
    case known
    /// It fires, and nobody knew.
    case fires
    /// It goes on firing in an incident that somebody has resolved.
    case firesOn
    case ends

    /// - Parameters:
    ///   - alert: as it is told now.
    ///   - last: as it was told last, in whichever incident; nil for the first time.
    ///   - isOpen: whether that incident is open.
    static func of(_ alert: AlertMessage.Alert, after last: AlertRecord?, in isOpen: Bool) -> AlertStory {
        guard let last else { return alert.isFiring ? .fires : .known }
        guard alert.isFiring else {
            // An end from before it began to fire anew came late.
            let isOfThis = alert.ends.map { $0 >= last.starts } ?? true
            return last.firing && isOfThis ? .ends : .known
        }
        if last.firing { return isOpen ? .known : .firesOn }
        // The same firing that has ended since was told late; only one that began later is new.
        return alert.starts > last.starts ? .fires : .known
    }
}
