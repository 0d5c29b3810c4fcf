import Essentials
import RunbookFormat

extension Step {
    /// The script with what its gaps were filled with, and without what somebody answered beside it.
    func script(filledWith placeholders: [String: String]) -> String {
        filled(script(answeredBy: placeholders)) { placeholders[$0] }
    }

    /// What whoever runs this in a terminal of their own is told: how, with which values, and the script itself.
    /// - Parameters:
    ///   - values: what the step would see and what everybody may see, by name.
    ///   - hidden: the names of values that nobody is shown.
    func terminalTask(
        placeholders: [String: String], values: [String: String], hidden: Set<String>
    ) -> String {
        let asked = settings.confirmation.map { "\($0)\n" } ?? ""
        let program = interpreter.first.map { " with \($0.split(separator: "/").last.map(String.init) ?? $0)" } ?? ""
        var lines: [String] = []
        for name in hidden.sorted() where reads(name) {
            lines.append("# \(name) is sensitive and not shown: set it yourself.")
        }
        for (name, value) in values.merging(answers(among: placeholders), uniquingKeysWith: { $1 }).sorted(by: <)
        where reads(name) || answers(among: placeholders)[name] != nil {
            lines.append("export \(name)=\(Self.quoted(value))")
        }
        if let directory = settings.workingDirectory { lines.insert("cd \(Self.quoted(directory))", at: 0) }
        lines.append(script(filledWith: placeholders))
        return """
            \(asked)It needs a terminal: run it\(program)\(StepQuestion.terminalEnd)

            \(lines.joined(separator: "\n").trimmed)
            """
    }

    /// Whether the variable may be one that the script reads: a name that stands there too often costs a line.
    private func reads(_ name: String) -> Bool { script.contains(name) || settings.environment[name] != nil }

    /// A word of a shell that means these bytes.
    private static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || "_./:@%+=,-".utf8.contains(byte)
            }
        return isPlain ? text : "'\(text.replacing("'", with: "'\\''"))'"
    }
}
