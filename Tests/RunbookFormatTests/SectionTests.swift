import Essentials
import RunbookFormat
import Testing

@Suite struct SectionTests {
    @Test(arguments: [
        ("Deploy", "deploy"), ("Roll Back!", "roll-back"), ("🐳 Docker Deployment", "docker-deployment"),
        ("Monitoring & Logging", "monitoring--logging"), ("Ölçeklendirme Stratejisi", "ölçeklendirme-stratejisi"),
        ("1. `kubectl` *now*", "1-kubectl-now"), ("snake_case-and-more", "snake_case-and-more"), ("???", "section"),
        ("", "section"),
        ("日本語 の 見出し", "日本語-の-見出し"), ("a.b/c", "abc"),
    ])
    func `a heading's slug is as GitHub makes it, without hyphens at its ends`(heading: String, slug: String) throws {
        #expect(try read("x\n\n# \(heading)\n").sections.map(\.slug) == [slug])
    }

    @Test func `slugs are unique, also against headings that end in a number`() throws {
        let guide = try read("# Deploy\n# Deploy 1\n# Deploy\n# Deploy\n#\n#\n")
        #expect(guide.sections.map(\.slug) == ["deploy", "deploy-1", "deploy-2", "deploy-3", "section", "section-1"])
    }

    @Test func `sections know their level, line and parent`() throws {
        let guide = try read("---\ntitle: x\n---\n# A\n\nB\n-\n\n### C\n\n## D\n\n# E\n")
        #expect(guide.sections.map(\.slug) == ["a", "b", "c", "d", "e"])
        #expect(guide.sections.map(\.level) == [1, 2, 3, 2, 1])
        #expect(guide.sections.map(\.line) == [4, 6, 9, 11, 13])
        #expect(guide.sections.map(\.parent) == [nil, "a", "b", "a", nil])
    }

    @Test func `a heading in a quote ends with the quote`() throws {
        let guide = try read("# A\n\n> ## B\n>\n> ```sh\n> one\n> ```\n\n```sh\ntwo\n```\n")
        #expect(guide.steps.map(\.section) == ["b", "a"])
    }

    @Test func `a slug is cut at a hundred characters`() throws {
        let guide = try read("# " + String(repeating: "long ", count: 100))
        #expect(guide.sections.first?.slug.count ?? 0 <= 100)
    }
}

@Suite struct SliceTests {
    private static let text = """
        # Guide

        ```sh {name=start}
        true
        ```

        ## Deploy

        ```sh {name=build}
        true
        ```

        ### Verify

        ```sh {name=smoke}
        true
        ```

        ### Undo

        ```sh {name=undo excludeFromRunAll=true}
        true
        ```

        ## Other

        - [ ] It answers

          ```sh {name=proof check}
          true
          ```

        ```console
        only output
        ```

        ```powershell
        Get-Item
        ```

        ```approval {name=gate role=operator}
        ```

        ```sh {name=open}
        true
        """

    @Test func `a whole run takes what can run, without checks, doubtful fences and what is left out`() throws {
        #expect(try read(Self.text).wholeRun.map(\.id) == ["start", "build", "smoke", "gate"])
    }

    @Test func `a section takes the sections in it, and what is left out of whole runs only in its own`() throws {
        let guide = try read(Self.text)
        #expect(try guide.slice(section: "deploy").map(\.id) == ["build", "smoke"])
        #expect(try guide.slice(section: "undo").map(\.id) == ["undo"])
        #expect(try guide.slice(section: "guide").map(\.id) == ["start", "build", "smoke", "gate"])
    }

    @Test func `a section that is not there is not found, with those that are`() throws {
        let guide = try read(Self.text)
        let problem = #expect(throws: Problem.self) { try guide.slice(section: "nowhere") }
        #expect(problem?.code == .notFound)
        #expect(problem?.message.contains("deploy") == true)
    }
}
