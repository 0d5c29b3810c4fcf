import Checklists
import Essentials
import Runbooks
import Testing

extension Installation {
    static let goLive = """
        ---
        title: Go-live
        ---
        # Go-live

        ## Before

        - [ ] The backup is taken.
        - [x] The owner is told.
          - [ ] In writing, too.
        - [ ] HTTPS is enforced.

          ```sh {check name=https}
          curl --head "$URL"
          ```
        - [ ] The changelog is written (optional)

        ## After

        - [ ] The smoke test is green.
        """

    static let backup = "before.the-backup-is-taken"
    static let https = "before.https-is-enforced"

    func goLive() async throws -> String {
        _ = try await catalogue.store(Array(Self.goLive.utf8), name: "go-live", by: try principal(.admin))
        return "go-live"
    }

    func checklist(section: String? = nil) async throws -> ChecklistRecord {
        let order = ChecklistOrder(runbook: try await goLive(), section: section, occasion: "2.0")
        return try await checklists.start(order, by: try principal(.operator))
    }

    /// One whose required items are all ticked.
    func finishedChecklist() async throws -> ChecklistRecord {
        let list = try await checklist()
        for item in list.items where item.required {
            _ = try await checklists.change(
                item.item, of: list.id, to: ItemChange(state: .ticked), expecting: 1, by: try principal(.operator))
        }
        return try await checklists.checklist(list.id, by: try principal(.operator))
    }

    func completedChecklist() async throws -> ChecklistRecord {
        try await checklists.complete(try await finishedChecklist().id, by: try principal(.operator))
    }
}
