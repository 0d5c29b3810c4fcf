import Essentials
import Foundation

@testable import Executions
@testable import Server

extension Samples {
    var outputPages: [any WebPage] {
        [
            // In the middle, at the end, and beyond it.
            outputPage(from: 500, before: 499, total: 9000), outputPage(from: 1, before: 0, total: 2),
            outputPage(from: 9001, before: 8998, total: 9000), outputPage(from: 1, before: 0, total: 0),
        ]
    }

    private func outputPage(from: Int, before: Int, total: Int) -> OutputPage {
        let printed = text("desired 4  running 2") + "\n" + text("steady") + "\n"
        let rows = [
            OutputRow(n: 7, step: "wait", attempt: 2, stream: 1, time: at(0), bytes: Data(printed.utf8)),
            OutputRow(n: 8, step: "wait", attempt: 2, stream: 2, time: at(0), bytes: Data(printed.utf8)),
        ]
        return OutputPage(
            .init(
                attempt: 2, rows: total == 0 ? [] : Array(rows.prefix(min(2, total / 2))), before: before, total: total),
            run: "01j9", step: text("wait"), from: from, reader: reader)
    }
}
