package import Essentials
import Foundation
package import Journal

/// One entry of an incident's timeline: an event of the journal, as the incident sees it.
package struct TimelineItem: Sendable, Equatable {
    package let event: RecordedEvent
    /// When it was so: of a note that was written down later, the time that it tells of.
    package let time: Timestamp
    /// When it was written down.
    package let recorded: Timestamp
    /// Of a note.
    package let note: TimelineNote?

    package var isBackdated: Bool { event.kind == "incident.noted" && event.details["at"] != nil }

    init(_ event: RecordedEvent, edits: [TimelineNote.Edit] = []) {
        self.event = event
        recorded = Timestamp(rfc3339: event.time) ?? Timestamp(microseconds: 0)
        let at = event.details["at"]?.string.flatMap(Timestamp.init(rfc3339:))
        time = event.kind == "incident.noted" ? at ?? recorded : recorded
        note =
            event.kind == "incident.noted"
            ? TimelineNote(
                id: event.details["note"]?.string ?? "", first: event.details["text"]?.string, edits: edits) : nil
    }
}

/// A note with everything that it ever said.
package struct TimelineNote: Sendable, Equatable {
    package struct Edit: Sendable, Equatable {
        package let time: Timestamp
        package let by: RecordedEvent.Actor
        /// What it said from then on; nil when that was erased.
        package let text: String?
    }

    package let id: String
    /// What it said first; nil when that was erased.
    let first: String?
    /// The oldest first.
    package let edits: [Edit]

    /// Counts its texts, from 1: who edits it says which one they saw.
    package var version: Int { edits.count + 1 }

    /// What it says now, in Markdown; nil when that was erased.
    package var text: String? { edits.isEmpty ? first : edits.last?.text }

    /// What it said before, the oldest first.
    package var earlier: [String?] { edits.isEmpty ? [] : [first] + edits.dropLast().map(\.text) }
}

/// What the entries of a timeline are about: what one filters it by.
package enum TimelineSubject: String, Sendable, CaseIterable {
    case note
    case status
    case alert
    case run
    case checklist
    case deployment

    /// Kinds of event, as a strand has them.
    var kinds: [String] {
        switch self {
        case .note: ["incident.noted"]
        case .status:
            [
                "incident.opened", "incident.acknowledged", "incident.mitigated", "incident.resolved",
                "incident.reopened", "incident.changed", "incident.assigned",
            ]
        case .alert: ["incident.alert-fired", "incident.alert-ended"]
        case .run: ["run."]
        case .checklist: ["checklist."]
        case .deployment: ["deployment."]
        }
    }
}
