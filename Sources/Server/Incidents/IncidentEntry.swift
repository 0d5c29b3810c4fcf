import Essentials
import Executions
import Incidents
import Journal
import RunbookFormat

/// An entry of the timeline as its page shows it.
struct IncidentEntry: Encodable, Sendable {
    struct Link: Encodable, Sendable {
        let label: String
        let target: String
    }

    /// A note that one may edit.
    struct Edit: Encodable, Sendable {
        let editPath: String
        let editor: String
        let draft: String
        /// Of the note, as it is shown.
        let version: String
        /// Why the last try was not taken; what was typed then is the draft.
        let complaint: String?
    }

    /// An edit that was not taken, because somebody else was first or it can't be meant.
    struct RefusedEdit {
        let note: String
        let typed: String
        let problem: Problem
    }

    /// What a note said before.
    struct Version: Encodable, Sendable {
        let said: SafeHTML
        let until: Moment
        let by: String
    }

    struct Line: Encodable, Sendable {
        let line: String
    }

    let key: String
    let anchor: String
    let tone: String
    let time: Moment
    let clock: String
    let headline: String
    let actor: String?
    let remark: String?
    let recorded: Moment?
    let prose: SafeHTML?
    let isErased: Bool
    let edited: String?
    let versions: [Version]
    let edit: Edit?
    let links: [Link]
    let hasOutput: Bool
    let output: [Line]

    /// - Parameter editPath: where the incident takes changes of its notes; nil for who may make none.
    init(_ item: TimelineItem, output: [String], editPath: String?, refused: RefusedEdit? = nil) {
        let event = item.event
        key = String(event.seq)
        anchor = "page-entry-\(event.seq)"
        tone = item.tone
        time = Moment(item.time)
        clock = "\(item.time.rfc3339.dropFirst(11).prefix(8)) UTC"
        headline = item.headline
        actor = item.person
        remark = item.remark
        recorded = item.isBackdated ? Moment(item.recorded) : nil
        prose = item.note?.text.map { SafeHTML(Prose.html(of: $0)) }
        isErased = item.note.map { $0.text == nil } ?? event.isErased
        versions =
            item.note.map { note in
                zip(note.earlier, note.edits).map { text, edit in
                    Version(
                        said: SafeHTML(text.map(Prose.html) ?? "<p>(erased)</p>"), until: Moment(edit.time),
                        by: edit.by.name ?? "somebody (erased)")
                }
            } ?? []
        edited =
            switch versions.count {
            case 0: nil
            case 1: "edited once"
            case let count: "edited \(count) times"
            }
        edit = item.note.flatMap { note in
            editPath.map {
                let refused = refused?.note == note.id ? refused : nil
                return Edit(
                    editPath: "\($0)/\(Paths.encoded(note.id))", editor: "page-note-\(event.seq)",
                    draft: refused?.typed ?? note.text ?? "", version: String(note.version),
                    complaint: refused?.problem.description)
            }
        }
        links = ["run", "checklist", "deployment"].compactMap { kind in
            item.object(kind).map { Link(label: "See the \(kind)", target: "/\(kind)s/\(Paths.encoded($0))") }
        }
        hasOutput = !output.isEmpty
        self.output = output.map(Line.init)
    }
}
