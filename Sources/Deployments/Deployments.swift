package import Accounts
package import Checklists
package import Essentials
package import Executions
import Foundation
package import Journal
import RunbookFormat
import Services
package import Storage

/// Deployments: those that run here by the stages of a runbook, and those that others made and recorded.
package struct Deployments: Sendable {
    package let database: Database
    package let journal: Journal
    package let executions: Executions
    package let checklists: Checklists
    let sealing: Sealing
    let time: TimeSource

    package init(executions: Executions, checklists: Checklists, sealing: Sealing, time: TimeSource = .system) {
        database = executions.database
        journal = executions.journal
        self.executions = executions
        self.checklists = checklists
        self.sealing = sealing
        self.time = time
    }

    /// Who acts where something follows from the end of a run or a checklist.
    static let follower = Principal.system("deployments")

    static func unknown(_ id: ID<DeploymentRecord>) -> Problem {
        .notFound("There is no deployment \(id.rawValue.prefix(60)): `runbook deploy list` shows those there are.")
    }

    /// What can be known of a deployment before it begins.
    struct Particulars {
        let service: String
        let environment: String
        let version: String
        var commit: String?
        var reason: String?

        /// - Throws: `Problem.invalid` with a field for each that can't be meant.
        init(
            service: String?, environment: String, version: String, commit: String?, reason: String?,
            besides fields: [Problem.Field] = []
        ) throws(Problem) {
            var fields = fields
            func name(_ field: String, _ text: String?, _ example: String) -> String {
                let text = (text ?? "").trimmed
                if text.isEmpty {
                    fields.append(.init(name: field, message: "required, such as \(example)"))
                } else if text.utf8.count > 200 || text.unicodeScalars.contains(where: \.isControl) {
                    fields.append(.init(name: field, message: "one line of at most 200 bytes, such as \(example)"))
                }
                return text
            }
            func remark(_ field: String, _ text: String?, _ most: Int) -> String? {
                guard let text = text?.trimmed, !text.isEmpty else { return nil }
                let isText = !text.unicodeScalars.contains { $0.isControl && $0 != "\n" && $0 != "\t" }
                if text.utf8.count > most || !isText {
                    fields.append(.init(name: field, message: "text of at most \(most) bytes"))
                }
                return text
            }
            func identifier(_ field: String, _ text: String?, _ example: String) -> String {
                let text = (text ?? "").trimmed
                if text.isEmpty {
                    fields.append(.init(name: field, message: "required, such as \(example)"))
                } else if !ServiceName.isIdentifier(text) {
                    fields.append(
                        .init(
                            name: field,
                            message: "\(ServiceName.form), at most \(ServiceName.maximumBytes), such as \(example)"))
                }
                return text
            }
            self.service = name("service", service, "accunode")
            self.environment = identifier("environment", environment, "production")
            self.version = name("version", version, "v1.2.4")
            self.commit = remark("commit", commit, 200)
            self.reason = remark("reason", reason, 2000)
            guard fields.isEmpty else {
                throw .invalid(
                    "The deployment can't be taken in: \(fields.map(\.name).joined(separator: ", ")) need another value.",
                    fields: fields)
            }
        }
    }

    /// - Throws: `Problem.conflict` that names the deployment that is under way in the same place.
    static func refuseSecond(
        service: String, environment: String, besides id: ID<DeploymentRecord>? = nil, in reader: Reader
    ) throws {
        guard
            let other: DeploymentFacts = try reader.first(
                """
                \(DeploymentFacts.select) WHERE service = \(service) AND environment = \(environment)
                    AND state IN ('planned', 'running', 'waiting', 'rolling-back')
                """), other.id != id
        else { return }
        throw Problem.conflict(
            """
            \(other.title) is \(other.state.rawValue) already (deployment \(other.id), by \(other.actor_name)): only one at a \
            time goes to \(environment). Wait for its end, or abort it.
            """, fields: [.init(name: "deployment", message: other.id.rawValue)])
    }

    /// The version of the last deployment that succeeded there and was not taken back.
    static func goodVersion(service: String, environment: String, in reader: Reader) throws -> String? {
        try reader.text(
            """
            SELECT version FROM deployments WHERE service = \(service) AND environment = \(environment)
                AND state = 'succeeded' AND finished IS NOT NULL ORDER BY finished DESC LIMIT 1
            """)
    }
}

extension Unicode.Scalar {
    var isControl: Bool { properties.generalCategory == .control }
}
