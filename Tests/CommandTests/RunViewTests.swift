import API
import Essentials
import Foundation
import Glibc
import Testing

@testable import runbook

/// What the views write, read from the other end of a pipe at once.
@Suite struct RunViewTests {
    /// A pipe whose writing end plays a terminal or a file.
    private final class Listener: Sendable {
        let output: Output
        private let reading: Int32

        init(isTerminal: Bool) throws {
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0, fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 else { throw POSIXError(.EMFILE) }
            reading = ends[0]
            output = Output(descriptor: ends[1], isTerminal: isTerminal)
        }

        deinit {
            close(reading)
            close(output.descriptor)
        }

        /// Everything that was written since the last time.
        func heard() -> String {
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(reading, &chunk, chunk.count)
                guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
                bytes += chunk[..<count]
            }
        }
    }

    private func step(_ id: String, _ state: String) -> RunStep {
        RunStep(id: id, state: state, line: 1, attempts: [])
    }

    private func run(_ state: String, _ steps: RunStep...) -> RunEvent {
        .run(
            Run(
                id: "01r", runbook: "deploy", version: "ab", section: nil, state: state, priority: "default",
                parameters: [:], created: "", started: nil, finished: nil,
                by: .init(kind: "person", id: "1", name: nil),
                steps: steps))
    }

    private func output(_ n: Int, _ stream: String, _ text: String, step: String = "a") -> RunEvent {
        .output(OutputChunk(n: n, step: step, attempt: 1, stream: stream, time: "", text: text))
    }

    private func show(_ events: RunEvent..., on view: any RunView) async throws {
        for event in events { try await view.show(event, name: "x", text: "{}") }
    }

    @Test func `without a terminal both streams go their own way, byte for byte and at once`() async throws {
        let (data, talk) = (try Listener(isTerminal: false), try Listener(isTerminal: false))
        let view = PlainRunView(data: data.output, talk: talk.output)
        try await show(run("running", step("a", "running")), on: view)
        #expect(data.heard().isEmpty)
        #expect(talk.heard() == "runbook: run 01r of deploy, 1 step\n● a  running\n")
        try await show(output(1, "stdout", "half"), on: view)
        #expect(data.heard() == "half")
        try await show(output(2, "stderr", "\u{1b}[31mred\n"), output(3, "stdout", " done\r\n"), on: view)
        #expect(data.heard() == " done\r\n")
        #expect(talk.heard() == "\u{1b}[31mred\n")
        try await show(.step(step("a", "succeeded")), .step(step("a", "succeeded")), on: view)
        #expect(talk.heard() == "✓ a\n")
    }

    @Test func `a simple terminal gets safe text, and sentences begin their own line`() async throws {
        let terminal = try Listener(isTerminal: true)
        let view = PlainRunView(data: terminal.output, talk: terminal.output)
        try await show(run("running", step("a", "running")), output(1, "stdout", "\u{1b}[2Jhalf"), on: view)
        try await view.say("lost the server")
        #expect(terminal.heard().hasSuffix("␛[2Jhalf\nrunbook: lost the server\n"))
    }

    @Test func `logs of one step hold nothing else`() async throws {
        let (data, talk) = (try Listener(isTerminal: false), try Listener(isTerminal: false))
        let view = PlainRunView(data: data.output, talk: talk.output, only: "b", tellsSteps: false)
        try await show(
            run("running", step("a", "running")), output(1, "stdout", "a\n"), output(2, "stdout", "b\n", step: "b"),
            on: view)
        #expect(data.heard() == "b\n")
        #expect(talk.heard().isEmpty)
    }

    @Test func `JSON is one value a line, and holds the data as it came`() async throws {
        let data = try Listener(isTerminal: false)
        let view = JSONRunView(data: data.output, talk: data.output)
        try await view.show(.other, name: "news\"", text: "{\"a\":\n[1, 2]}")
        let line = data.heard()
        #expect(line == "{\"event\": \"news\\\"\", \"data\": {\"a\": [1, 2]}}\n")
        #expect(try JSONDecoder().decode(JSONValue.self, from: Data(line.utf8))["data"] == ["a": [1, 2]])
    }

    @Test func `a live line is visible before the step goes on, above the steps`() async throws {
        let terminal = try Listener(isTerminal: true)
        let view = LiveRunView(data: terminal.output, talk: terminal.output, inColour: false)
        try await show(run("running", step("a", "running"), step("b", "queued")), on: view)
        _ = terminal.heard()
        try await show(output(1, "stdout", "waiting for you\n"), on: view)
        let screen = Screen(terminal.heard(), width: 80, above: ["● a  0.0 s", "○ b"])
        #expect(screen.lines.prefix(2) == ["── a ──", "waiting for you"])
        #expect(screen.lines.last == "○ b")
    }

    @Test func `a line that is still open is shown, and ends up once in the output`() async throws {
        let terminal = try Listener(isTerminal: true)
        let view = LiveRunView(data: terminal.output, talk: terminal.output, inColour: false)
        try await show(run("running", step("a", "running")), output(1, "stdout", "Password"), on: view)
        var text = terminal.heard()
        #expect(Screen(text, width: 80).lines.contains("Password"))
        try await show(output(2, "stderr", "warning\n"), output(3, "stdout", ": ok\n"), on: view)
        text += terminal.heard()
        let lines = Screen(text, width: 80).lines
        #expect(lines.filter { $0.contains("Password") } == ["Password: ok"])
        #expect(lines.contains("! warning"))
    }

    @Test func `what a step prints cannot move the cursor of a live view`() async throws {
        let terminal = try Listener(isTerminal: true)
        let view = LiveRunView(data: terminal.output, talk: terminal.output, inColour: false)
        try await show(run("running", step("a\u{1b}[H", "running")), on: view)
        _ = terminal.heard()
        try await show(output(1, "stdout", "\u{1b}[2J\u{1b}]0;x\u{7}\r50%\u{8}\n", step: "a\u{1b}[H"), on: view)
        let text = terminal.heard()
        #expect(text.contains("␛[2J␛]0;x␇␍50%␈\n"))
        // Its own drawing moves up and clears, nothing else.
        let orders = text.unicodeScalars.split(separator: "\u{1b}", omittingEmptySubsequences: false).dropFirst()
        #expect(orders.allSatisfy { $0.first == "[" && $0.first { !"[0123456789".unicodeScalars.contains($0) } != "H" })
        #expect(!text.contains("\u{7}") && !text.contains("\u{1b}[2J"))
    }

    @Test func `a live view that is left leaves the prompt a line of its own`() async throws {
        let terminal = try Listener(isTerminal: true)
        let view = LiveRunView(data: terminal.output, talk: terminal.output, inColour: false)
        try await show(run("running", step("a", "running")), on: view)
        try await view.ask("cancel?")
        try await view.leave()
        try await view.say("it goes on")
        let text = terminal.heard()
        #expect(Screen(text, width: 80).lines.suffix(1) == ["runbook: it goes on"])
        #expect(text.hasSuffix("\n"))
    }

    @Test func `a reader that goes away is noticed`() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        #expect(throws: BrokenPipe.self) { try Output(descriptor: ends[1], isTerminal: false).line("x") }
    }
}

/// What a terminal would show: new lines, carriage returns, cursor up, and clearing to the end.
private struct Screen {
    private(set) var lines: [String] = []

    /// - Parameter above: what stands on the screen already, with the cursor at its end.
    init(_ text: String, width: Int, above: [String] = []) {
        var cells = (above.isEmpty ? [""] : above).map { Array($0.unicodeScalars) }
        var row = cells.count - 1
        var column = cells[row].count
        var rest = Substring.UnicodeScalarView(text.unicodeScalars[...])
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\n":
                row += 1
                column = 0
                if row == cells.count { cells.append([]) }
            case "\r": column = 0
            case "\u{1b}":
                rest.removeFirst()
                let number = rest.prefix { ("0"..."9").contains($0) }
                rest = rest.dropFirst(number.count)
                switch rest.popFirst() {
                case "A": row -= Int(String(number)) ?? 1
                case "J":
                    cells.removeSubrange((row + 1)...)
                    cells[row].removeSubrange(min(column, cells[row].count)...)
                default: break
                }
            default:
                if column == cells[row].count { cells[row].append(scalar) } else { cells[row][column] = scalar }
                column += 1
            }
        }
        lines = cells.map { String(String.UnicodeScalarView($0)) }
        while lines.last?.isEmpty == true { lines.removeLast() }
    }
}
