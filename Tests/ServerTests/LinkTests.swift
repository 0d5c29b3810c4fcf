import Essentials
import HTTPTypes
import RunbookFormat
import Runbooks
import Testing

@testable import Server

/// Links between guides, on pages and among findings.
@Suite struct LinkTests {
    private static let guide = """
        # Deploy

        See [failover](../db/failover.md#Steps), [again](<../db/fail over.md>), [up](../../x.md) and [a site](https://x.org/a.md).

        ```sh {name=one}
        true
        ```
        """

    private func findings(_ answer: Answer) throws -> [String] {
        guard case .array(let items) = try answer.json()["findings"] else { return [] }
        return items.filter { $0["rule"]?.string == "broken-link" }.compactMap { $0["runbook"]?.string }
    }

    @Test(arguments: [0, 100_000]) func `a link leads to the other runbook, and is a finding until that is there`(
        more: Int
    )
        async throws
    {
        let installation = try await Installation()
        let admin = try installation.principal(.admin)
        let catalogue = installation.catalogue
        // A long guide is laid out when it is stored, a short one when it is shown.
        let text = Self.guide + "\n\n" + String(repeating: "word ", count: more / 5)
        _ = try await catalogue.store(Array(text.utf8), name: "accunode.deploy", by: admin)
        try await installation.test { caller in
            let session = try await installation.session(.viewer)
            let path = "/api/v1/runbooks/accunode.deploy"
            #expect(try findings(try await caller.send(.get, path, as: session)) == ["db.failover", "db.fail-over"])
            let page = try await caller.send(.get, "/runbooks/accunode.deploy", as: session)
            #expect(page.text.contains("href=\"./db.failover#Steps\""))
            #expect(page.text.contains("href=\"./db.fail-over\""))
            #expect(page.text.contains("href=\"https://x.org/a.md\"") && page.text.contains("href=\"../../x.md\""))
            #expect(page.text.contains("There is no runbook db.failover here"))
            #expect(page.text.contains("<a href=\"#page-line-3\">line 3</a>"), "a finding leads to where it stands")
            #expect(page.text.contains("</p>\n<p class=\"remark\" id=\"page-line-3\""), "below its paragraph")
            for name in ["db.failover", "db.fail-over"] {
                _ = try await catalogue.store(Array("# Other\n".utf8), name: name, by: admin)
            }
            #expect(try findings(try await caller.send(.get, path, as: session)).isEmpty)
            let mended = try await caller.send(.get, "/runbooks/accunode.deploy", as: session)
            #expect(!mended.text.contains("There is no runbook"))
        }
    }

    @Test func `a guide may allow its links, and says so itself`() async throws {
        let installation = try await Installation()
        let admin = try installation.principal(.admin)
        let text = "# A\n\n<!-- runbook: allow broken-link -->\n[a](a.md)\n\n[b](b.md)\n"
        _ = try await installation.catalogue.store(Array(text.utf8), name: "x", by: admin)
        let guide = try await installation.catalogue.guide(of: "x", by: admin)
        let broken = try await installation.catalogue.findings(of: guide, named: "x").filter { $0.rule == .brokenLink }
        #expect(broken.map(\.line) == [6] && broken.map(\.runbook) == ["b"])
    }

    @Test func `a rollback that is not here is told until it is`() async throws {
        let installation = try await Installation()
        let admin = try installation.principal(.admin)
        let text = "---\nrollback: undo#now\n---\n# A\n"
        _ = try await installation.catalogue.store(Array(text.utf8), name: "x", by: admin)
        let guide = try await installation.catalogue.guide(of: "x", by: admin)
        let lost = try await installation.catalogue.findings(of: guide, named: "x")
        #expect(lost.map(\.rule) == [.unknownRollback] && lost.map(\.line) == [2] && lost.map(\.runbook) == ["undo"])
        _ = try await installation.catalogue.store(Array("# Undo\n".utf8), name: "undo", by: admin)
        #expect(try await installation.catalogue.findings(of: guide, named: "x").isEmpty)
    }
}
