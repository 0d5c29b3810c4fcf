import API
import Essentials

/// All services: those that are recorded, and those that are only named.
struct ServicesPage: WebPage {
    static let template = "services/services"

    struct Row: Encodable, Sendable {
        let path: String
        let name: String
        /// Why there is nothing more to say of it; nil for a service that is recorded.
        let unrecorded: String?
        let owner: String?
        let environments: String
        let runbooks: String

        init(_ service: ServiceSummary) {
            path = Paths.service(service.name)
            name = service.name
            unrecorded = service.recorded ? nil : "not recorded yet"
            owner = service.owner
            environments = service.environments.joined(separator: ", ")
            runbooks = counted(service.runbooks, "runbook")
        }
    }

    let layout: Layout
    let sentence: String
    let newPath: String?
    let rows: [Row]
    let nextPath: String?

    /// - Parameter isFirst: whether it is the first page, which alone can say that there are none.
    init(rows: [Row], isFirst: Bool, next: String?, mayOperate: Bool, reader: Reader) {
        layout = Layout("Services", place: .services, reader: reader)
        let unrecorded = rows.count { $0.unrecorded != nil }
        sentence =
            if rows.isEmpty {
                isFirst ? "No service is recorded yet, and no guide names one." : "There are no more services."
            } else if unrecorded > 0 {
                "What is operated here, by whom. \(counted(unrecorded, "service").capitalisedSentence) "
                    + "\(unrecorded == 1 ? "is" : "are") only named by guides so far."
            } else {
                "What is operated here, by whom, and with which guides."
            }
        newPath = mayOperate ? "/services/new" : nil
        self.rows = rows
        nextPath = next.map { Paths.query("/services", [("after", $0)]) }
    }
}
