package import Essentials

/// What `runbook inspect --json` prints for a guide; the catalogue's answers carry the same parts.
package struct Inspection: Codable, Sendable, Equatable {
    package struct Section: Codable, Sendable, Equatable {
        package let slug: String
        package let title: String
        /// 1 to 6.
        package let level: Int
        /// From 1.
        package let line: Int

        package init(slug: String, title: String, level: Int, line: Int) {
            self.slug = slug
            self.title = title
            self.level = level
            self.line = line
        }
    }

    /// A variable that a step with `promptEnv` exports.
    package struct Export: Codable, Sendable, Equatable {
        package let name: String
        /// What the guide writes, which holds without an answer.
        package let value: String
        /// From 1.
        package let line: Int

        package init(name: String, value: String, line: Int) {
            self.name = name
            self.value = value
            self.line = line
        }
    }

    package struct Step: Codable, Sendable, Equatable {
        package let id: String
        /// The section's slug; empty before the first heading.
        package let section: String
        /// The opening fence's, from 1.
        package let line: Int
        package let endLine: Int
        package let language: String
        /// `shell`, `program`, `unsupported`, `approval`, `manual`, `http` or `runbook`.
        package let kind: String
        package let attributes: [String: String]
        /// What would run, prompts and sample output taken out.
        package let script: String
        /// Each gap once, as it stands there.
        package let placeholders: [String]
        /// What is asked for before it runs; absent where nothing is.
        package let exports: [Export]?
        /// By which a run can choose its steps; absent where there are none.
        package let tags: [String]?
        package let runnable: Bool
        /// Why it never runs.
        package let refusal: String?
        /// The checklist item that it proves.
        package let checkOf: String?

        private enum CodingKeys: String, CodingKey {
            case id, section, line, language, kind, attributes, script, placeholders, exports, tags, runnable, refusal
            case endLine = "end_line"
            case checkOf = "check_of"
        }

        package init(
            id: String, section: String, line: Int, endLine: Int, language: String, kind: String,
            attributes: [String: String], script: String, placeholders: [String],
            exports: [Export]? = nil, tags: [String]? = nil, runnable: Bool, refusal: String?, checkOf: String?
        ) {
            self.id = id
            self.section = section
            self.line = line
            self.endLine = endLine
            self.language = language
            self.kind = kind
            self.attributes = attributes
            self.script = script
            self.placeholders = placeholders
            self.exports = exports
            self.tags = tags
            self.runnable = runnable
            self.refusal = refusal
            self.checkOf = checkOf
        }
    }

    package struct Item: Codable, Sendable, Equatable {
        package let id: String
        package let section: String
        /// From 1.
        package let line: Int
        package let text: String
        package let checked: Bool
        /// Among the task items around it, from 1.
        package let depth: Int
        /// The id of the step that proves it.
        package let check: String?

        package init(id: String, section: String, line: Int, text: String, checked: Bool, depth: Int, check: String?) {
            self.id = id
            self.section = section
            self.line = line
            self.text = text
            self.checked = checked
            self.depth = depth
            self.check = check
        }
    }

    package struct Document: Codable, Sendable, Equatable {
        package let line: Int
        package let language: String

        package init(line: Int, language: String) {
            self.line = line
            self.language = language
        }
    }

    package struct Finding: Codable, Sendable, Equatable {
        package let rule: String
        /// `error`, `warning` or `info`.
        package let severity: String
        package let line: Int
        package let message: String
        /// Of a broken link the runbook that is not there.
        package let runbook: String?

        package init(rule: String, severity: String, line: Int, message: String, runbook: String? = nil) {
            self.rule = rule
            self.severity = severity
            self.line = line
            self.message = message
            self.runbook = runbook
        }
    }

    package let file: String
    package let title: String
    package let bytes: Int
    package let sha256: String
    package let metadata: [String: JSONValue]
    package let sections: [Section]
    package let steps: [Step]
    package let checklist: [Item]
    package let documents: [Document]
    package let findings: [Finding]

    package init(
        file: String, title: String, bytes: Int, sha256: String, metadata: [String: JSONValue], sections: [Section],
        steps: [Step], checklist: [Item], documents: [Document], findings: [Finding]
    ) {
        self.file = file
        self.title = title
        self.bytes = bytes
        self.sha256 = sha256
        self.metadata = metadata
        self.sections = sections
        self.steps = steps
        self.checklist = checklist
        self.documents = documents
        self.findings = findings
    }
}
