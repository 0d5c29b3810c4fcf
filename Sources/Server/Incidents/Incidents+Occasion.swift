import Essentials
import Incidents
import Journal

extension Incidents {
    /// What a run or a checklist is for, as a request names it; nil where it names none.
    /// - Throws: `Problem.invalid` with the field `incident` when there is no such one.
    func occasion(_ incident: String?, by principal: Principal) async throws -> ObjectReference? {
        guard let incident, !incident.isEmpty else { return nil }
        do {
            return try await self.incident(ID(incident), by: principal).incident.reference
        } catch let problem as Problem where problem.code == .notFound {
            throw Problem.invalid(
                problem.message, fields: [.init(name: "incident", message: "the id of an incident")])
        }
    }
}
