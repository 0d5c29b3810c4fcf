import Testing

@testable import runbook

@Suite struct TableTests {
    @Test func `columns line up and lines end with their text`() {
        var table = Table("NAME", "STEPS", "TITLE")
        table.add("accunode.deploy", "12", "Deploy")
        table.add("a", "3", "")
        #expect(
            table.lines(width: nil) == [
                "NAME             STEPS  TITLE", "accunode.deploy  12     Deploy", "a                3",
            ])
    }

    @Test func `wide characters take two columns and combining marks none`() {
        #expect("日本".displayWidth == 4)
        #expect("e\u{301}".displayWidth == 1)
        #expect("👩‍🚀".displayWidth == 2)
        var table = Table("A", "B")
        table.add("日本", "x")
        table.add("e\u{301}", "y")
        #expect(table.lines(width: nil) == ["A     B", "日本  x", "e\u{301}     y"])
    }

    @Test func `a line is cut at the terminal's edge, never wrapped`() {
        var table = Table("NAME", "TITLE")
        table.add("deploy", "A title that is much too long")
        for width in 1...60 {
            for line in table.lines(width: width) { #expect(line.displayWidth <= width) }
        }
        #expect(table.lines(width: 14)[1] == "deploy  A tit…")
    }

    @Test func `a cell cannot break out of its line`() {
        var table = Table("NAME", "TITLE")
        table.add("x", "first\nsecond\u{1b}[2J")
        #expect(table.lines(width: nil)[1] == "x     first second␛[2J")
    }
}
