import API
import ArgumentParser
import Essentials

struct IncidentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incident",
        abstract: "Opens incidents, works them, and tells what happened.",
        discussion: """
              runbook incident open "Checkout errors above 5 %" --severity sev2 --service accunode
              runbook incident ack 01k…
              runbook incident timeline 01k…
            """,
        subcommands: [
            Open.self, List.self, Show.self, Acknowledge.self, Note.self, Mitigate.self, Resolve.self, Reopen.self,
            Assign.self, Change.self, Timeline.self, Postmortem.self,
        ]
    )

    struct Open: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "open",
            abstract: "Opens an incident and prints its id.",
            discussion: """
                The id alone goes to standard output:

                  runbook incident open "Checkout errors" --severity sev2 --service accunode --note "since the deploy"
                """
        )

        @Argument(help: "What is wrong, as people notice it.")
        var title: String

        @Option(help: "sev1, sev2, sev3 or sev4; without it sev3.")
        var severity: IncidentSeverity?

        @Option(
            name: .customLong("service"), help: ArgumentHelp("An affected service; once for each.", valueName: "name"))
        var services: [String] = []

        @Option(
            name: .customLong("runbook"), help: ArgumentHelp("A runbook that fits; once for each.", valueName: "name"))
        var runbooks: [String] = []

        @Option(help: ArgumentHelp("The first note, in Markdown.", valueName: "text"))
        var note: String?

        @Option(help: ArgumentHelp("The deployment that it is laid to, and counts as the failure of.", valueName: "id"))
        var deployment: String?

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let request = IncidentRequest(
                    title: title, severity: severity?.rawValue, services: services.isEmpty ? nil : services,
                    runbooks: runbooks.isEmpty ? nil : runbooks, note: note, deployment: deployment)
                let answer = try await client.write(.post, .api("incidents"), request, as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                let incident = try answer.decoded(as: Incident.self)
                try Output.data.say(incident.id)
                try Output.talk.say(
                    "runbook: \(incident.severity) \(incident.title); next: runbook incident ack \(incident.id)")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Lists incidents, the newest first.",
            discussion: """
                  runbook incident list --open
                  runbook incident list --severity sev1 --service accunode --limit 5
                """
        )

        @Flag(help: "Only those that are not resolved.")
        var open = false

        @Option(help: "Only those in this state: triggered, acknowledged, mitigated or resolved.")
        var state: IncidentStanding?

        @Option(help: "Only those that are so bad.")
        var severity: IncidentSeverity?

        @Option(help: ArgumentHelp("Only those that affect this service.", valueName: "name"))
        var service: String?

        @Option(help: ArgumentHelp("At most so many.", valueName: "number"))
        var limit = Limit(50)

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let list = try await client.items(
                    { limit, after in
                        .api(
                            "incidents",
                            query: [
                                "open": open ? "true" : nil, "state": state?.rawValue, "severity": severity?.rawValue,
                                "service": service, "limit": limit, "after": after,
                            ])
                    }, limit: limit.number)
                guard !format.json else { return try Output.data.json(list) }
                guard !list.items.isEmpty else { return try Output.talk.say("No such incidents.") }
                var table = Table("ID", "SEVERITY", "STATE", "OPENED", "TOOK", "TAKEN UP BY", "SERVICES", "TITLE")
                for item in list.items {
                    let incident = try item.decoded(as: IncidentSummary.self)
                    table.add(
                        incident.id, incident.severity, incident.state, Wording.moment(incident.opened),
                        Wording.duration(from: incident.opened, to: incident.resolved) ?? "-",
                        incident.acknowledged_by ?? "-",
                        incident.services.isEmpty ? "-" : incident.services.joined(separator: ","), incident.title)
                }
                try table.print(to: .data)
                if list.next != nil { try Output.talk.say("There are more: raise --limit.") }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Shows an incident: where it stands, who does what, which runbooks fit.",
            discussion: """
                  runbook incident show 01k…
                """
        )

        @OptionGroup var incident: IncidentArgument
        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let answer = try await client.get(.api("incidents", incident.id), as: JSONValue.self)
                guard !format.json else { return try Output.data.json(answer) }
                try answer.decoded(as: Incident.self).print(to: .data)
            }
        }
    }
}

/// Which one; shared by all that take one.
struct IncidentArgument: ParsableArguments {
    @Argument(help: "The incident's id.")
    var id: String
}

enum IncidentSeverity: String, CaseIterable, ExpressibleByArgument {
    case sev1, sev2, sev3, sev4
}

enum IncidentStanding: String, CaseIterable, ExpressibleByArgument {
    case triggered, acknowledged, mitigated, resolved
}

extension Incident {
    /// The whole incident, for people.
    func print(to output: Output) throws {
        try output.say("\(severity) \(state): \(title)")
        try output.say("incident \(id), opened \(Wording.moment(opened)) by \(by.name ?? by.id)")
        for (name, time) in [("acknowledged", acknowledged), ("mitigated", mitigated), ("resolved", resolved)] {
            guard let time else { continue }
            let after = Wording.duration(from: opened, to: time).map { ", after \($0)" } ?? ""
            let who = name == "acknowledged" ? acknowledged_by.map { " by \($0)" } ?? "" : ""
            try output.say("\(name) \(Wording.moment(time))\(who)\(after)")
        }
        if !services.isEmpty { try output.say("services: \(services.joined(separator: ", "))") }
        if let deployment {
            try output.say(deployment == "none" ? "laid to no deployment" : "laid to deployment \(deployment)")
        }
        for (role, name) in roles.sorted(by: { $0.key < $1.key }) { try output.say("\(role): \(name)") }
        for reached in contacts ?? [] {
            for line in reached.contacts { try output.say("contact of \(reached.service): \(line)") }
        }
        for runbook in runbooks {
            let name = runbook.section.map { "\(runbook.runbook)#\($0)" } ?? runbook.runbook
            try output.say("runbook that fits: \(name); run it with: runbook exec \(name) --incident \(id)")
        }
        guard alerts_total > 0 else { return }
        try output.say("\(alerts_firing) of \(alerts_total) alerts firing")
        var table = Table("", "ALERT", "SINCE", "UNTIL", "SUMMARY")
        for alert in alerts {
            table.add(
                (alert.firing ? StepMark.wrong : .done).rawValue, alert.name, Wording.moment(alert.starts),
                alert.ends.map(Wording.moment) ?? "-", alert.summary ?? "")
        }
        try output.line()
        try table.print(to: output)
    }
}
