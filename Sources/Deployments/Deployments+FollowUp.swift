import Checklists
package import Essentials
import Executions
import Foundation
package import Journal
import RunbookFormat
import Runbooks
import Storage

extension Deployments {
    /// What a follow-up begins after.
    package static let followingUp: Set<String> = ["deployment.rolled-back", "deployment.recorded"]

    /// Starts the checklist of what is left to do after a rollback, once for each deployment: of the section that the rollback's
    /// guide, else the deployment's own, has for that, else of `StandardFollowUp`. It is on the list of whoever deployed.
    ///
    /// All that it asks is in the database, and the checklist, its place in the deployment's row and the event are one
    /// transaction, so that it is safe to repeat and to come late.
    package func followUp(_ event: RecordedEvent) async throws {
        for object in event.objects where object.kind == "deployment" {
            let facts = try await database.read { try Self.facts(ID(object.id), in: $0) }
            guard facts.state == .rolledBack, facts.follow_up == nil else { continue }
            let plan = try await followUpPlan(facts)
            try await database.write { transaction in
                let facts = try Self.facts(facts.id, in: transaction)
                guard facts.state == .rolledBack, facts.follow_up == nil else { return }
                let list = try checklists.start(plan, by: Self.follower, in: transaction)
                try transaction.execute("UPDATE deployments SET follow_up = \(list) WHERE id = \(facts.id)")
                try journal.append(
                    Event(
                        "deployment.follow-up-started",
                        on: facts.objects + [ObjectReference("checklist", list.rawValue)],
                        details: [
                            "version": .string(facts.version), "environment": .string(facts.environment),
                            "text": .string(plan.summary),
                        ]),
                    by: Self.follower, in: transaction)
            }
        }
    }

    private func followUpPlan(_ facts: DeploymentFacts) async throws -> Checklists.Plan {
        var sources: [(runbook: String, version: String)] = []
        if let run = facts.rollback_run {
            let record = try await executions.run(run, by: Self.follower)
            sources.append((record.runbook, record.version))
        }
        if let runbook = facts.runbook, let version = facts.runbook_version { sources.append((runbook, version)) }
        for source in sources {
            let guide = try await executions.catalogue.guide(version: source.version, of: source.runbook)
            guard let section = guide.afterRollback else { continue }
            return try await checklists.plan(
                order(facts, source.runbook, section: section, version: source.version), by: Self.follower)
        }
        let standard = try await StandardFollowUp.entry(in: executions.catalogue, by: Self.follower)
        return try await checklists.plan(order(facts, standard.name, version: standard.version), by: Self.follower)
    }

    private func order(
        _ facts: DeploymentFacts, _ runbook: String, section: String? = nil, version: String
    ) -> ChecklistOrder {
        var order = ChecklistOrder(
            runbook: runbook, section: section, occasion: facts.title.prefixed(ofBytes: 400),
            object: ObjectReference("deployment", facts.id.rawValue), version: version)
        order.person = facts.person
        return order
    }
}

extension Guide {
    /// The slug of the first section that holds task items and by its title says what is left to do after a rollback: it is
    /// no stage of a deployment.
    package var afterRollback: String? {
        sections.first { section in
            RollbackWords.isAfterwards(section.title) && !(items(within: section.slug) ?? []).isEmpty
        }?.slug
    }
}

/// What is left to do after a rollback whose guides say nothing of it: a guide of the catalogue, so that a team can have its own
/// in its place, and so that it exports and is worked through as all others.
enum StandardFollowUp {
    private static let names = ["after-rollback", "runbook.after-rollback"]

    private static let source = """
        ---
        title: After a rollback
        kind: checklist
        ---
        # After a rollback

        The version before is running again; what made it necessary is not done with yet.

        - [ ] The cause is found and written down
        - [ ] The incident's record tells what happened, and when
        - [ ] A remedy is planned, with an owner and a date
        - [ ] A date is set for the post-mortem

        """

    /// The guide of these names that has something to tick; where there is none yet it is stored.
    static func entry(in catalogue: Catalogue, by principal: Principal) async throws -> Entry {
        for name in names {
            do {
                let entry = try await catalogue.entry(name, by: principal)
                if entry.items > 0 { return entry }
            } catch let problem as Problem where problem.code == .notFound {
                return try await catalogue.store(Array(source.utf8), name: name, by: principal).entry
            }
        }
        throw Problem.conflict("\(names.joined(separator: " and ")) have no task items: give one of them some.")
    }
}
