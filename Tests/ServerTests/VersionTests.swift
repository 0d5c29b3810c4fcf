import Essentials
import HTTPTypes
import Runbooks
import Testing

@testable import Server

/// The versions of a runbook over HTTP and on their pages.
@Suite struct VersionTests {
    @Test func `versions say what they hold, where they come from and which runs used them`() async throws {
        let installation = try await Installation()
        let name = try await installation.runbook()
        _ = try await installation.queuedRun()
        try await installation.change(name)
        try await installation.test { caller in
            let session = try await installation.session(.viewer)
            let list = try await caller.send(.get, "/api/v1/runbooks/\(name)/versions", as: session).json()
            guard case .array(let versions) = list["items"] else { return }
            #expect(versions.map { $0["number"] } == [2, 1])
            #expect(versions.map { $0["steps"] } == [2, 2])
            #expect(versions.map { $0["runs"] } == [0, 1])
            #expect(versions.map { $0["origin"] } == ["import", "import"])
            #expect(versions.map { $0["by"]?["name"] } == ["admin", "admin"])
            let used = try #require(versions.last?["version"]?.string)
            let runs = try await caller.send(.get, "/api/v1/runs?runbook=\(name)&version=\(used)", as: session).json()
            guard case .array(let found) = runs["items"] else { return }
            #expect(found.map { $0["version"]?.string } == [used])
            let alone = try await caller.send(.get, "/api/v1/runs?version=\(used)", as: session)
            #expect(try alone.faultyFields() == ["runbook"])
            let page = try await caller.send(.get, "/runbooks/\(name)/versions", as: session)
            #expect(page.text.contains("/runs?runbook=\(name)&amp;version=\(used)"))
            #expect(page.text.contains("/runbooks/\(name)/versions/2/changes"))
            #expect(!page.text.contains("/runbooks/\(name)/versions/1/changes"))
        }
    }

    @Test func `a version is compared with the one before it, or with the one named, by number or by hash`()
        async throws
    {
        let installation = try await Installation()
        let name = try await installation.runbook()
        try await installation.change(name)
        let first = try await installation.catalogue.versions(
            of: name, PageRequest(), by: try installation.principal(.admin)
        ).items[1].version
        try await installation.test { caller in
            let session = try await installation.session(.viewer)
            for query in ["", "?from=1", "?from=\(first)"] {
                let changes = try await caller.send(
                    .get, "/api/v1/runbooks/\(name)/versions/2/changes\(query)", as: session
                ).json()
                guard case .array(let steps) = changes["steps"] else { return }
                #expect(steps.map { $0["id"] } == ["second"])
                #expect(steps.first?["script"]?["removed"] == 1)
                #expect(changes["same_steps"] == 1)
            }
            for path in ["1/changes", "3/changes", "2/changes?from=9", "x/changes"] {
                let answer = try await caller.send(.get, "/api/v1/runbooks/\(name)/versions/\(path)", as: session)
                #expect(answer.status == 404, "\(path)")
            }
            let page = try await caller.send(.get, "/runbooks/\(name)/versions/2/changes", as: session)
            #expect(page.text.contains("1 step changed."))
            #expect(page.text.contains("<bdi>rm -rf ./release</bdi>"))
        }
    }

    @Test func `two guides that have nothing in common fit a page and an answer, and say what is left out`()
        async throws
    {
        let installation = try await Installation()
        let admin = try installation.principal(.admin)
        for word in ["one", "two"] {
            let steps = (0..<800).map { "```sh {name=\(word)-\($0)}\necho \"<\(word)>\" \($0)\n```\n" }
            let items = (0..<800).map { "- [ ] \(word) \($0) & so on\n" }
            _ = try await installation.catalogue.store(
                Array("# A\n\n\(steps.joined())\n\(items.joined())".utf8), name: "long", by: admin)
        }
        try await installation.test { caller in
            let session = try await installation.session(.viewer)
            let page = try await caller.send(.get, "/runbooks/long/versions/2/changes", as: session)
            #expect(page.bytes.count < 95_000)
            #expect(page.text.contains("more changes would not fit this page."))
            let changes = try await caller.send(.get, "/api/v1/runbooks/long/versions/2/changes", as: session)
            #expect(changes.bytes.count < 3_000_000)
        }
    }
}
