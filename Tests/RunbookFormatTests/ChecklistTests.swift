import RunbookFormat
import Testing

@Suite struct ChecklistTests {
    @Test(arguments: [
        "- [ ] a", "* [ ] a", "+ [x] a", "1. [X] a", "2) [ ] a", "> - [ ] a", "- - [ ] a", "- [ ]\ta", "- [ ]\n  a",
        "-\n  [ ] a", "   - [ ]   a",
    ])
    func `a box and white space at the start of a list item make an item`(text: String) throws {
        #expect(try read(text + "\n").checklist.map(\.text) == ["a"])
    }

    @Test(arguments: [
        "- [ ]", "- [ ]a", "- [y] a", "- [] a", "- [  ] a", "- \\[ ] a", "[ ] a", "- a [ ] b", "-  a\n\n  [ ] b",
        "- `[ ] a`", "- [ ](x) a", "- # [ ] a", "- > [ ] a",
        "-     [ ] a", "```\n- [ ] a\n```", "- [x]: http://x.org", "- **[ ] a**", "- <br>[ ] a",
    ])
    func `anything else makes none`(text: String) throws {
        #expect(try read(text + "\n").checklist.isEmpty)
    }

    @Test func `its text is the first paragraph without markup`() throws {
        let guide = try read(
            """
            - [ ] **bold** `code [x]` [link](http://x.org) ![picture](y.png) ~~gone~~ &amp; a_b <name>
            - [x] see [x] and
              go on  
              here

              Not this.
            - [ ] [x] twice
            """)
        #expect(
            guide.checklist.map(\.text) == [
                "bold code [x] link picture gone & a_b <name>", "see [x] and go on here", "[x] twice",
            ])
        #expect(guide.checklist.map(\.isChecked) == [false, true, false])
    }

    @Test func `a link definition named x takes no box away`() throws {
        let guide = try read("- [x] done\n- [X] done too\n- [ ] open\n\n[x]: http://x.org\n")
        #expect(guide.checklist.map(\.text) == ["done", "done too", "open"])
        #expect(guide.checklist.map(\.isChecked) == [true, true, false])
        #expect(!guide.html.contains("x.org"))
    }

    @Test func `depth counts task items alone, and lines and sections are the item's`() throws {
        let guide = try read(
            """
            # A

            - [ ] one
              - plain
                - [ ] two
                  1. [ ] three
            - [ ] four

            ## B

            > - [x] five
            """)
        #expect(guide.checklist.map(\.depth) == [1, 2, 3, 1, 1])
        #expect(guide.checklist.map(\.line) == [3, 5, 6, 7, 11])
        #expect(guide.checklist.map(\.section) == ["a", "a", "a", "a", "b"])
    }

    @Test func `ids are made of section and text, and unique`() throws {
        let guide = try read("- [ ] a\n\n# S\n\n- [ ] All tests pass!\n- [ ] All tests pass\n- [ ] ???\n")
        #expect(guide.checklist.map(\.id) == ["a", "s.all-tests-pass", "s.all-tests-pass-2", "s"])
    }

    @Test func `a ticked box is a finding, for it proves nothing`() throws {
        #expect(try read("- [x] a\n").rules() == ["pre-ticked-box"])
        #expect(try read("- ✅ a\n1. ✔ b\n\n```yaml\n  âœ… c\n```\n").findings.map(\.line) == [1, 2, 5])
        #expect(try read("It went ✅ well.\n").findings.isEmpty)
    }

    private static let signed = """
        # Go-live

        ## Before

        ```yaml
        Infrastructure:
          ✅ An **account** is there
          âœ… Roles are set

        Security:
          ☐ Scans are done
        ```

        ```sh
        ✅ nothing that runs is an item
        ```

        ## Next

        1. ‚úÖ Planned
        2. ‚è≥ Moved
        3. Somebody is told ✅

        """

    @Test func `without a box, lines with a sign are what a checklist starts from`() throws {
        let guide = try read(Self.signed)
        #expect(guide.checklist.isEmpty)
        let items = try #require(guide.items(within: nil))
        #expect(items.map(\.text) == ["An account is there", "Roles are set", "Scans are done", "Planned", "Moved"])
        #expect(items.map(\.isChecked) == [true, true, false, true, false])
        #expect(items.map(\.group) == ["Infrastructure", "Infrastructure", "Security", nil, nil])
        #expect(items.map(\.section) == ["before", "before", "before", "next", "next"])
        #expect(items.map(\.line) == [7, 8, 11, 20, 21])
        #expect(guide.items(within: "next")?.map(\.id) == ["next.planned", "next.moved"])
        // A box says it better.
        let boxed = try read(Self.signed + "- [ ] told\n")
        #expect(boxed.items(within: nil)?.map(\.text) == ["told"])
        #expect(boxed.items(within: "before")?.count == 3 && boxed.items(within: "next")?.count == 1)
    }

    @Test func `an export writes a sign for each that differs, and nothing else`() throws {
        let source = Array(Self.signed.replacing("\n", with: "\r\n").utf8)
        let guide = try Guide(parsing: source, name: "signed")
        let items = guide.marked
        let same = Dictionary(uniqueKeysWithValues: items.map { ($0.id, $0.isChecked) })
        #expect(guide.source(source, ticked: same) == source)
        let other = String(decoding: guide.source(source, ticked: same.mapValues { !$0 }), as: UTF8.self)
        let expected = Self.signed.replacing("\n", with: "\r\n")
            .replacing("  ✅ An", with: "  ⬜ An").replacing("âœ…", with: "⬜").replacing("☐", with: "✅")
            .replacing("‚úÖ", with: "⬜").replacing("‚è≥", with: "✅")
        #expect(other == expected)
        // What was written is read again.
        let again = try Guide(parsing: Array(other.utf8), name: "signed").marked
        #expect(again.map(\.isChecked) == items.map { !$0.isChecked } && again.map(\.id) == items.map(\.id))
    }

    @Test func `a fence marked check in an item is the item's check and no part of a run`() throws {
        let guide = try read(
            """
            - [ ] outer
              - [ ] inner

                ```sh {check}
                one
                ```

              ```sh {name=proof check=true}
              two
              ```

              ```sh
              three
              ```
            """)
        #expect(guide.steps.map(\.checkOf) == ["inner", "outer", nil])
        #expect(guide.checklist.map(\.check) == ["proof", guide.steps[0].id])
        #expect(guide.wholeRun.map(\.script) == ["three\n"])
    }

    @Test func `a check outside of an item, or a second one, is a finding`() throws {
        #expect(try read("```sh {check}\ntrue\n```\n").rules() == ["misplaced-check"])
        #expect(
            try read("- [ ] a\n  ```sh {check}\n  b\n  ```\n  ```sh {check}\n  c\n  ```\n").rules() == [
                "misplaced-check"
            ])
        #expect(try read("- [ ] a\n  ```yaml {check}\n  b: c\n  ```\n").rules() == ["misplaced-check"])
    }
}
