package import Essentials
import Foundation
import Journal
import Storage

extension Incidents {
    /// The most entries that a draft has; what is left out is said.
    private static let draftEntries = 1000

    /// A draft of the postmortem in Markdown: the figures and the timeline filled in, the rest for people to write.
    package func postmortem(of id: ID<IncidentRecord>, by principal: Principal) async throws -> String {
        try principal.require(.read, to: "see incidents")
        return try await database.read { reader in
            let details = try Self.details(of: try Self.incident(id, in: reader), in: reader)
            let events = try Self.events(
                of: details.incident, after: nil, order: .oldestFirst, kinds: [], limit: Self.draftEntries + 1,
                in: reader)
            let items = try Self.items(events, of: details.incident, in: reader)
            let draft = PostmortemDraft(
                details, items: Array(items.prefix(Self.draftEntries)), isWhole: items.count <= Self.draftEntries)
            return draft.markdown
        }
    }
}

/// A postmortem as far as the record can write it; its headings are those of Google's SRE book, chapter 15.
struct PostmortemDraft {
    private let details: IncidentDetails
    /// By the time that each tells of.
    private let items: [TimelineItem]
    private let isWhole: Bool

    init(_ details: IncidentDetails, items: [TimelineItem], isWhole: Bool) {
        self.details = details
        self.items = items.sorted { ($0.time, $0.event.seq) < ($1.time, $1.event.seq) }
        self.isWhole = isWhole
    }

    var markdown: String {
        let incident = details.incident
        return """
            # Postmortem: \(Self.plain(incident.title))

            | | |
            | --- | --- |
            \(facts.map { "| \($0) | \($1) |" }.joined(separator: "\n"))

            ## Summary

            _What happened, in three sentences._

            ## Impact

            _Who noticed, how much, for how long._

            ## Root causes and trigger

            _What made it possible, and what set it off._

            ## Detection

            \(detection)

            ## Deployments before

            \(list(deployments, else: "No deployment of an affected service is on record in the hour before."))

            ## Runs

            \(list(runs, else: "No run was started from the incident."))

            ## Timeline

            Times are UTC.

            \(timeline)

            ## What went well

            -

            ## What went wrong

            -

            ## Where we were lucky

            -

            ## Action items

            | what | who | until |
            | --- | --- | --- |
            | | | |

            """
    }

    private var facts: [(String, String)] {
        let incident = details.incident
        let opened = incident.milestones.opened
        var facts = [
            ("incident", incident.id.rawValue), ("severity", incident.severity.rawValue),
            ("state", incident.state.rawValue),
            (
                "services",
                incident.services.isEmpty ? "none named" : incident.services.map(Self.plain).joined(separator: ", ")
            ),
            ("opened", Self.clock(opened)),
        ]
        // From the record, for reopening clears what the incident itself has; the last end is the one that held.
        let ends: [(String, String, Timestamp?)] = [
            ("acknowledged", "time to acknowledge", first("incident.acknowledged") ?? incident.milestones.acknowledged),
            ("mitigated", "time to mitigate", last("incident.mitigated")),
            ("resolved", "time to resolve", last("incident.resolved")),
        ]
        for (word, name, time) in ends {
            facts.append((word, time.map(Self.clock) ?? "not yet"))
            if let time { facts.append((name, Self.words(opened.duration(to: time)))) }
        }
        for role in details.roles { facts.append((role.role.rawValue, Self.plain(role.name))) }
        let reopened = items.count { $0.event.kind == "incident.reopened" }
        if reopened > 0 { facts.append(("reopened", reopened == 1 ? "once" : "\(reopened) times")) }
        return facts
    }

    private func first(_ kind: String) -> Timestamp? { items.first { $0.event.kind == kind }?.time }
    private func last(_ kind: String) -> Timestamp? { items.last { $0.event.kind == kind }?.time }

    private var detection: String {
        let incident = details.incident
        guard incident.isFromAlerts else { return "Opened by \(Self.plain(incident.actorName))." }
        let names = details.alerts.map { alert in
            "- \(Self.plain(alert.name))\(alert.summary.map { ": \(Self.plain($0))" } ?? ""), from \(Self.clock(alert.starts))"
        }
        let rest = details.alertCount - details.alerts.count
        return (["Opened by alerts:", ""] + names + (rest > 0 ? ["- and \(rest) more"] : [])).joined(separator: "\n")
    }

    private var deployments: [String] {
        items.filter { $0.event.kind.hasPrefix("deployment.") && $0.time <= details.incident.milestones.opened }
            .map { "\(Self.clock($0.time)) \(Self.plain($0.sentence))" }
    }

    private var runs: [String] {
        items.filter { $0.event.kind.hasPrefix("run.") && $0.event.kind != "run.created" }
            .map { "\(Self.clock($0.time)) \(Self.plain($0.headline)) (`\($0.object("run") ?? "")`)" }
    }

    private func list(_ lines: [String], else silence: String) -> String {
        lines.isEmpty ? silence : lines.map { "- \($0)" }.joined(separator: "\n")
    }

    private var timeline: String {
        var lines: [String] = []
        for item in items {
            let later = item.isBackdated ? " (written down \(Self.clock(item.recorded)))" : ""
            lines.append("- **\(Self.clock(item.time))** \(Self.plain(item.sentence))\(later)")
            if let note = item.note {
                // Indented, it stays within its entry, whatever it holds.
                let text = note.text ?? "(erased)"
                lines +=
                    [""] + text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { "  > \($0)" }
                    + [""]
            } else if let remark = item.remark {
                lines.append("  \(Self.plain(remark))")
            }
        }
        if !isWhole { lines.append("- _The rest is in the incident itself._") }
        return lines.joined(separator: "\n")
    }

    /// `2026-01-19 03:07:12`
    private static func clock(_ time: Timestamp) -> String {
        let text = time.rfc3339
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8))"
    }

    private static func words(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        return switch seconds {
        case ..<60: "\(seconds) s"
        case ..<3600: "\(seconds / 60) min \(seconds % 60) s"
        case ..<86_400: "\(seconds / 3600) h \(seconds / 60 % 60) min"
        default: "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
        }
    }

    /// Text of others in a line of ours: none of it is Markdown.
    private static func plain(_ text: String) -> String {
        var plain = ""
        for character in text.split(whereSeparator: \.isNewline).joined(separator: " ") {
            if "\\`*_[]<>|#~&".contains(character) { plain.append("\\") }
            plain.append(character)
        }
        return plain
    }

}
