import Essentials
import RunbookFormat
import Storage
import Testing

@testable import Runbooks

@Suite struct PlacesTests {
    private static let guide = """
        # One

        Prose.

        ## 2 Two

        - [ ] Three

          ```sh {name=20}
          ls

          ```

        # Four
        """

    @Test(arguments: [
        (1, "one", nil), (4, "one", nil), (5, "2-two", nil), (8, "2-two", nil), (9, "2-two", "20"), (12, "2-two", "20"),
        (13, "2-two", nil), (14, "four", nil), (900, "four", nil),
    ])
    func `each line belongs to the last section before it, and to the step around it`(
        line: Int, section: String, step: String?
    ) throws {
        let places = Places(of: try Guide(parsing: Array(Self.guide.utf8), name: "x"))
        #expect(places.text == "1 one\n5 2-two\n14 four\n9 12 20")
        let found = Places(text: places.text).place(ofLine: line)
        #expect(found.section == section && found.step == step)
    }

    @Test func `what stands before the first heading has no section, and a guide without any has none`() throws {
        let late = Places(of: try Guide(parsing: Array("Prose.\n\n# One\n".utf8), name: "x"))
        #expect(late.place(ofLine: 1).section == nil && late.place(ofLine: 3).section == "one")
        let none = Places(of: try Guide(parsing: Array("Prose.\n".utf8), name: "x"))
        #expect(none.place(ofLine: 1).section == nil && none.place(ofLine: 1).step == nil)
    }

    @Test func `what another revision has read is read again, and counted by today's rules`() async throws {
        let fixture = try FolderFixture()
        let (catalogue, ada) = (fixture.catalogue, fixture.ada)
        for name in ["a", "b", "c"] {
            // Two names for one version, and one of its own.
            let text = Self.guide + (name == "c" ? "\n\nMore." : "")
            _ = try await catalogue.store(Array(text.utf8), name: name, by: ada)
        }
        let before = try await catalogue.entries(PageRequest(limit: 9), by: ada).items
        try await catalogue.database.write { transaction in
            for entry in before {
                try transaction.execute(
                    "UPDATE runbooks SET steps = 70, items = 80, findings = 90 WHERE name = \(entry.name)")
                try transaction.execute(
                    "UPDATE runbook_places SET revision = \(Guide.revision - 1) WHERE version = \(entry.version)")
            }
        }
        try await catalogue.readAgain()
        #expect(try await catalogue.entries(PageRequest(limit: 9), by: ada).items == before)
        try await catalogue.database.write { transaction in
            try transaction.execute("UPDATE runbooks SET findings = 90 WHERE name = 'a'")
        }
        try await catalogue.readAgain()
        #expect(try await catalogue.entry("a", by: ada).findings == 90, "what this revision has read is not read again")
    }
}
