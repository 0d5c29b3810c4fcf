import Essentials
import Journal
import Storage

extension ItemRecord {
    /// So many of a checklist's events are looked through for the last one about the item.
    private static let examined = 200

    /// Says what the other did, so that whoever comes second can decide.
    func outdated(in list: ID<ChecklistRecord>, _ reader: Reader) throws -> Problem {
        let events = try Journal.events(
            of: [.init(ObjectReference("checklist", list.rawValue), kinds: ["item."])], after: nil, order: .newestFirst,
            limit: Self.examined, in: reader)
        let told =
            events.first { $0.details["item"]?.string == item }.map(Self.words) ?? "Somebody has changed this item"
        let noted = note.map { ", with the note “\($0.prefix(200))”" } ?? ""
        return .outdated("\(told)\(noted): look at it as it is now (version \(version)), then say again.")
    }

    /// `mira ticked this item at 10:02:11 UTC`
    private static func words(_ event: RecordedEvent) -> String {
        let what =
            switch event.kind {
            case "item.opened": "opened this item"
            case "item.ticked": "ticked this item"
            case "item.waived": "marked this item not applicable"
            case "item.failed": "saw the check of this item fail"
            case "item.unproved": "saw the check of this item give no verdict"
            case "item.checking": "started the check of this item"
            case "item.noted": "changed the note of this item"
            case "item.assigned":
                event.details["assignee"]?.string.map { "gave this item to \($0)" } ?? "changed whose this item is"
            default: "changed this item"
            }
        return "\(event.actor.name ?? "Somebody") \(what) at \(event.time.dropFirst(11).prefix(8)) UTC"
    }
}
