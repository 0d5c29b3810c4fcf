import Essentials
import Executions

/// Some lines of what a step printed, with the way to those before and after them.
struct OutputPage: WebPage {
    static let template = "runs/output"

    let layout: Layout
    let runID: String
    let runPath: String
    let step: String
    let sentence: String
    let lines: [RunPage.Line]
    let hasLines: Bool
    let earliestPath: String?
    let earlierPath: String?
    let laterPath: String?
    let latestPath: String?
    let outputPath: String

    /// So many lines a page has at most, and fewer where they are long.
    static let most = 500
    /// A page stays below 100 KB with what surrounds its lines.
    private static let budget = 80_000

    /// - Parameter from: the number of the first line that is wanted.
    init(_ found: Executions.Lines, run: String, step: String, from: Int, reader: Reader) {
        layout = Layout("Output of \(step)", place: .runs, reader: reader)
        runID = run
        runPath = Paths.run(run)
        self.step = step
        outputPath = Paths.query("\(runPath)/output", [("step", step)])
        var output = RunPage.OutputLines(firstNumber: found.before + 1)
        for row in found.rows { output.append(.init(isError: row.stream == 2, text: row.text)) }
        var left = Self.budget
        let shown = output.lines.filter { $0.number >= from }.prefix(Self.most).prefix { line in
            left -= RunPage.OutputBudget.markupPerLine + min(line.size, 6 * RunPage.OutputLines.Line.longest)
            return left >= 0
        }
        lines = shown.map { RunPage.Line($0, prefix: "line") }
        hasLines = !shown.isEmpty
        let path = Self.path(run: run, step: step)
        func linked(_ line: Int) -> String {
            Paths.query(path, [("attempt", String(found.attempt)), ("from", String(line))])
        }
        if let first = shown.first?.number, let last = shown.last?.number {
            sentence = "Lines \(first) to \(last) of \(max(found.total, last))."
            earliestPath = first > 1 ? linked(1) : nil
            earlierPath = first > 1 ? linked(max(1, first - Self.most)) : nil
            laterPath = last < found.total ? linked(last + 1) : nil
            latestPath = last < found.total ? linked(max(1, found.total - Self.most + 1)) : nil
        } else {
            sentence =
                found.total == 0
                ? "It has printed nothing."
                : "It has printed \(counted(found.total, "line")), and none from line \(from) on."
            earliestPath = found.total > 0 ? linked(1) : nil
            earlierPath = nil
            laterPath = nil
            latestPath = found.total > 0 ? linked(max(1, found.total - Self.most + 1)) : nil
        }
    }

    static func path(run: String, step: String) -> String {
        "\(Paths.run(run))/steps/\(Paths.encoded(step))/output"
    }
}
