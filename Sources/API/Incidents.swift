/// What `POST /api/v1/incidents` takes.
package struct IncidentRequest: Codable, Sendable {
    package var title: String
    /// `sev1` to `sev4`; without it `sev3`.
    package var severity: String?
    /// Names; a service need not be known.
    package var services: [String]?
    /// Names of runbooks that fit.
    package var runbooks: [String]?
    /// The first note on its timeline, in Markdown.
    package var note: String?
    /// The id of the deployment that it is laid to.
    package var deployment: String?

    package init(
        title: String, severity: String? = nil, services: [String]? = nil, runbooks: [String]? = nil,
        note: String? = nil, deployment: String? = nil
    ) {
        self.title = title
        self.severity = severity
        self.services = services
        self.runbooks = runbooks
        self.note = note
        self.deployment = deployment
    }
}

/// What `PATCH /api/v1/incidents/{id}` takes; what is left out stays.
package struct IncidentChangeRequest: Codable, Sendable {
    package var title: String?
    package var severity: String?
    package var services: [String]?
    package var runbooks: [String]?
    /// The id of the deployment that it is laid to; `none` where it is none.
    package var deployment: String?

    package init(
        title: String? = nil, severity: String? = nil, services: [String]? = nil, runbooks: [String]? = nil,
        deployment: String? = nil
    ) {
        self.title = title
        self.severity = severity
        self.services = services
        self.runbooks = runbooks
        self.deployment = deployment
    }
}

/// What acknowledging, mitigating, resolving and reopening take.
package struct IncidentMoveRequest: Codable, Sendable {
    /// Why, for the timeline.
    package var note: String?

    package init(note: String? = nil) { self.note = note }
}

/// What `POST /api/v1/incidents/{id}/timeline` takes.
package struct NoteRequest: Codable, Sendable {
    /// Markdown.
    package var text: String
    /// When it was so, where that was earlier.
    package var at: String?

    package init(text: String, at: String? = nil) {
        self.text = text
        self.at = at
    }
}

/// What `PUT /api/v1/incidents/{id}/timeline/{note}` takes, with the note's `version` as `If-Match`.
package struct NoteEditRequest: Codable, Sendable {
    package var text: String

    package init(text: String) { self.text = text }
}

/// What `PUT /api/v1/incidents/{id}/roles/{role}` takes.
package struct RoleRequest: Codable, Sendable {
    /// The name of a person; without it nobody has the part.
    package var person: String?

    package init(person: String? = nil) { self.person = person }
}

/// An incident.
package struct Incident: Codable, Sendable {
    package let id: String
    package let title: String
    package let severity: String
    package let state: String
    package let services: [String]
    /// Who is `commander`, `communications`, `scribe`; a part that nobody has is left out.
    package let roles: [String: String]
    package let opened: String
    package let acknowledged: String?
    package let acknowledged_by: String?
    package let mitigated: String?
    package let resolved: String?
    package let by: Actor
    package let runbooks: [IncidentRunbook]
    /// Those that fire first; at most 50.
    package let alerts: [IncidentAlert]
    package let alerts_total: Int
    package let alerts_firing: Int
    /// The deployment that somebody has laid it to; `none` where they said that it is none.
    package let deployment: String?
    /// How the people of the affected services are reached; only of an incident that is asked for by its id, and where the
    /// services say it.
    package let contacts: [IncidentContacts]?

    package init(
        id: String, title: String, severity: String, state: String, services: [String], roles: [String: String],
        opened: String, acknowledged: String?, acknowledged_by: String?, mitigated: String?, resolved: String?,
        by: Actor, runbooks: [IncidentRunbook], alerts: [IncidentAlert], alerts_total: Int, alerts_firing: Int,
        deployment: String? = nil, contacts: [IncidentContacts]? = nil
    ) {
        self.id = id
        self.title = title
        self.severity = severity
        self.state = state
        self.services = services
        self.roles = roles
        self.opened = opened
        self.acknowledged = acknowledged
        self.acknowledged_by = acknowledged_by
        self.mitigated = mitigated
        self.resolved = resolved
        self.by = by
        self.runbooks = runbooks
        self.alerts = alerts
        self.alerts_total = alerts_total
        self.alerts_firing = alerts_firing
        self.deployment = deployment
        self.contacts = contacts
    }
}

/// How the people of an affected service are reached.
package struct IncidentContacts: Codable, Sendable {
    package let service: String
    /// A line each, as the service has them.
    package let contacts: [String]

    package init(service: String, contacts: [String]) {
        self.service = service
        self.contacts = contacts
    }
}

/// A runbook that fits an incident.
package struct IncidentRunbook: Codable, Sendable {
    package let runbook: String
    /// A section's slug.
    package let section: String?

    package init(runbook: String, section: String?) {
        self.runbook = runbook
        self.section = section
    }
}

/// An alert of an incident, as it was told last.
package struct IncidentAlert: Codable, Sendable {
    package let fingerprint: String
    package let name: String
    package let firing: Bool
    package let starts: String
    package let ends: String?
    package let summary: String?
    package let link: String?

    package init(
        fingerprint: String, name: String, firing: Bool, starts: String, ends: String?, summary: String?,
        link: String?
    ) {
        self.fingerprint = fingerprint
        self.name = name
        self.firing = firing
        self.starts = starts
        self.ends = ends
        self.summary = summary
        self.link = link
    }
}

/// An incident in a list.
package struct IncidentSummary: Codable, Sendable {
    package let id: String
    package let title: String
    package let severity: String
    package let state: String
    package let services: [String]
    package let opened: String
    package let acknowledged: String?
    package let acknowledged_by: String?
    package let mitigated: String?
    package let resolved: String?
    package let by: Actor

    package init(
        id: String, title: String, severity: String, state: String, services: [String], opened: String,
        acknowledged: String?, acknowledged_by: String?, mitigated: String?, resolved: String?, by: Actor
    ) {
        self.id = id
        self.title = title
        self.severity = severity
        self.state = state
        self.services = services
        self.opened = opened
        self.acknowledged = acknowledged
        self.acknowledged_by = acknowledged_by
        self.mitigated = mitigated
        self.resolved = resolved
        self.by = by
    }
}

/// An entry of an incident's timeline.
package struct TimelineEntry: Codable, Sendable {
    /// What a note said before.
    package struct Earlier: Codable, Sendable {
        /// Until when it said so.
        package let until: String
        /// Absent when it was erased.
        package let text: String?
        /// Who changed it then.
        package let by: Actor

        package init(until: String, text: String?, by: Actor) {
            self.until = until
            self.text = text
            self.by = by
        }
    }

    /// Of its event on the journal.
    package let seq: Int64
    /// When it was written down.
    package let time: String
    /// Of what was written down later: when it was so.
    package let at: String?
    /// As on the journal: `incident.acknowledged`, `incident.noted`, `run.failed`.
    package let kind: String
    package let actor: Actor
    /// What happened, for people.
    package let sentence: String
    /// Of a note its Markdown, of others what else there is to say.
    package let text: String?
    /// Of a note its id.
    package let note: String?
    /// Of a note: counts its texts; an edit names it as `If-Match`.
    package let version: Int?
    /// Of a note that was edited: what it said before, the oldest first.
    package let earlier: [Earlier]?
    /// What the event is about, as `run/01j9…`.
    package let objects: [String]
    /// The last lines that a run printed.
    package let output: [String]?

    package init(
        seq: Int64, time: String, at: String?, kind: String, actor: Actor, sentence: String, text: String?,
        note: String?, version: Int? = nil, earlier: [Earlier]?, objects: [String], output: [String]?
    ) {
        self.seq = seq
        self.time = time
        self.at = at
        self.kind = kind
        self.actor = actor
        self.sentence = sentence
        self.text = text
        self.note = note
        self.version = version
        self.earlier = earlier
        self.objects = objects
        self.output = output
    }
}
