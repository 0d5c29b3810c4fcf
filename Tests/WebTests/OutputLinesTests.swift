import Testing

@testable import Server

struct OutputLinesTests {
    private func lines(_ chunks: (isError: Bool, text: String)..., from first: Int = 1) -> [RunPage.OutputLines.Line] {
        var lines = RunPage.OutputLines(firstNumber: first)
        for chunk in chunks { lines.append(.init(isError: chunk.isError, text: chunk.text)) }
        return lines.lines
    }

    @Test func `a chunk may hold several lines, and a line may come in several chunks`() {
        let found = lines((false, "one\ntw"), (false, "o\n"), (false, "three"))
        #expect(found.map(\.raw) == ["one", "two", "three"])
        #expect(found.map(\.number) == [1, 2, 3])
        #expect(found.map(\.isEnded) == [true, true, false])
    }

    @Test func `an open line of one stream gets nothing of the other`() {
        let found = lines((false, "out, "), (true, "error\n"), (false, "and on\n"), (true, "again"))
        #expect(found.map(\.raw) == ["out, and on", "error", "again"])
        #expect(found.map(\.isError) == [false, true, true])
    }

    @Test func `empty lines count, an empty chunk does not`() {
        #expect(lines((false, ""), (false, "\n\n"), (false, "x\n")).map(\.raw) == ["", "", "x"])
    }

    @Test func `a tail goes on with the numbers of the whole`() {
        #expect(lines((false, "a\nb\n"), from: 1205).map(\.number) == [1205, 1206])
    }

    @Test func `lines that end as on Windows are lines`() {
        let found = lines((false, "a\r\nb\r"), (false, "\nc\r\n"))
        #expect(found.map(\.displayed) == ["a", "b", "c"])
    }

    @Test(arguments: [
        ("plain, naïve 火", "plain, naïve 火"), ("\u{1B}[1;31mred\u{1B}[0m", "red"), ("10 %\r20 %\r100 %", "100 %"),
        ("done\r", "done"), ("\u{1B}]0;title\u{7}text", "text"),
        ("\u{1B}]8;;http://x\u{1B}\\link\u{1B}]8;;\u{1B}\\", "link"),
        ("bell\u{7}nul\0del\u{7F}", "bell␇nul␀del␡"), ("tab\tstays", "tab\tstays"), ("\u{1B}(Bset", "set"),
        ("cut \u{1B}[3", "cut "), ("", ""),
    ])
    func `a line shows what a terminal would show in the end`(raw: String, shown: String) {
        #expect(RunPage.OutputLines.Line(number: 1, isError: false, raw: raw, isEnded: true).displayed == shown)
    }

    @Test func `a very long line is cut`() {
        let line = RunPage.OutputLines.Line(
            number: 1, isError: false, raw: String(repeating: "é", count: 5000), isEnded: true)
        #expect(line.displayed.unicodeScalars.count == 2001)
        #expect(line.displayed.last == "…")
    }

    @Test func `the budget keeps the end, and is shared`() {
        var budget = RunPage.OutputBudget(steps: 1)
        let many = lines((false, String(repeating: String(repeating: "x", count: 40) + "\n", count: 1000)))
        let kept = budget.latest(of: many, step: "count")
        #expect(kept.last?.number == 1000)
        #expect((300..<600).contains(kept.count))
        #expect(budget.latest(of: many, step: "count").isEmpty)
    }

    @Test func `long names, quotes and many steps leave less room for output`() {
        let plain = lines((false, String(repeating: String(repeating: "x", count: 40) + "\n", count: 1000)))
        let quoted = lines((false, String(repeating: String(repeating: "\"", count: 40) + "\n", count: 1000)))
        func kept(_ lines: [RunPage.OutputLines.Line], steps: Int = 1, name: String = "count") -> Int {
            var budget = RunPage.OutputBudget(steps: steps)
            return budget.latest(of: lines, step: name).count
        }
        #expect(kept(quoted) < kept(plain))
        #expect(kept(plain, name: String(repeating: "long", count: 20)) < kept(plain))
        #expect(kept(plain, steps: 50) < kept(plain))
        #expect(kept(plain, steps: 1000) > 10)
    }
}
