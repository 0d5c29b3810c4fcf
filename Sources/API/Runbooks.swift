package import Essentials

/// A runbook in a list.
package struct RunbookSummary: Codable, Sendable {
    package let name: String
    package let title: String
    /// SHA-256 of the source, in hex.
    package let version: String
    package let service: String?
    /// `folder` for what stands in the watched folder, else `import`.
    package let origin: String
    package let updated: String
    /// When its file left the watched folder; absent for what stands there, and for what was imported.
    package let gone: String?
    /// How many it has.
    package let steps: Int
    package let checklist: Int
    package let findings: Int

    package init(
        name: String, title: String, version: String, service: String?, origin: String, updated: String,
        gone: String? = nil, steps: Int, checklist: Int, findings: Int
    ) {
        self.name = name
        self.title = title
        self.version = version
        self.service = service
        self.origin = origin
        self.updated = updated
        self.gone = gone
        self.steps = steps
        self.checklist = checklist
        self.findings = findings
    }
}

/// One stored version of a runbook; the highest number is the current one.
package struct RunbookVersion: Codable, Sendable {
    package let number: Int
    package let version: String
    package let created: String
    package let bytes: Int
    /// How many it has.
    package let steps: Int
    package let checklist: Int
    /// How many runs used it; at most 1000 are counted.
    package let runs: Int
    /// `folder` for what came from the watched folder, else `import`.
    package let origin: String
    package let by: Actor

    package init(
        number: Int, version: String, created: String, bytes: Int, steps: Int, checklist: Int, runs: Int,
        origin: String, by: Actor
    ) {
        self.number = number
        self.version = version
        self.created = created
        self.bytes = bytes
        self.steps = steps
        self.checklist = checklist
        self.runs = runs
        self.origin = origin
        self.by = by
    }
}

/// Who did something.
package struct Actor: Codable, Sendable, Equatable {
    /// `person`, `token` or `system`.
    package let kind: String
    package let id: String
    /// Absent when it was erased.
    package let name: String?

    package init(kind: String, id: String, name: String?) {
        self.kind = kind
        self.id = id
        self.name = name
    }
}

/// A runbook with all that was read from its current version; the parts are those of `runbook inspect`.
package struct Runbook: Codable, Sendable {
    package let name: String
    package let title: String
    /// SHA-256 of the source, in hex.
    package let version: String
    /// Of that version, from 1.
    package let number: Int
    package let service: String?
    /// `folder` for what stands in the watched folder, else `import`.
    package let origin: String
    package let updated: String
    /// When its file left the watched folder; absent for what stands there, and for what was imported.
    package let gone: String?
    package let metadata: [String: JSONValue]
    package let steps: [Inspection.Step]
    package let checklist: [Inspection.Item]
    package let sections: [Inspection.Section]
    package let documents: [Inspection.Document]
    package let findings: [Inspection.Finding]

    package init(
        name: String, number: Int, service: String?, origin: String, updated: String, gone: String? = nil,
        contents: Inspection
    ) {
        self.name = name
        title = contents.title
        version = contents.sha256
        self.number = number
        self.service = service
        self.origin = origin
        self.updated = updated
        self.gone = gone
        metadata = contents.metadata
        steps = contents.steps
        checklist = contents.checklist
        sections = contents.sections
        documents = contents.documents
        findings = contents.findings
    }
}
