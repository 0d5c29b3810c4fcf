package import Essentials

/// What a `runbook` step runs: the name of a runbook, perhaps with a section, and a line for each parameter.
package struct RunbookCall: Sendable, Equatable {
    package struct Argument: Sendable, Equatable {
        package let name: String
        package let value: ValueTemplate
    }

    /// As it is written, with dots or slashes.
    package let runbook: String
    package let section: String?
    package let arguments: [Argument]

    /// - Throws: `Problem.invalid` with what can't be meant, as a sentence.
    package init(parsing script: String) throws(Problem) {
        let lines = script.split(separator: "\n").map { String($0).trimmed }.filter {
            !$0.isEmpty && !$0.hasPrefix("#")
        }
        guard let first = lines.first else {
            throw .invalid("It names no runbook; write its name, such as accunode.rollback or accunode.deploy#switch.")
        }
        let parts = first.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let isName =
            !parts[0].isEmpty
            && parts[0].unicodeScalars.allSatisfy { scalar in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", "_", "-", ".", "/": true
                default: false
                }
            }
        guard isName, parts.count == 1 || !parts[1].isEmpty else {
            throw .invalid("\"\(Parameter.shown(first))\" names no runbook; write it as in accunode.deploy#switch.")
        }
        runbook = parts[0]
        section = parts.count == 2 ? parts[1] : nil
        var arguments: [Argument] = []
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else {
                throw .invalid("\"\(Parameter.shown(line))\" gives no parameter; write NAME: value.")
            }
            let name = String(line[..<colon]).trimmed
            guard !arguments.contains(where: { $0.name == name }) else {
                throw .invalid("The parameter \(Parameter.shown(name)) is given twice; take one out.")
            }
            let value = try ValueTemplate(String(line[line.index(after: colon)...]).trimmed)
            arguments.append(Argument(name: name, value: value))
        }
        self.arguments = arguments
    }

    package var values: [Condition.Value] { arguments.flatMap(\.value.values) }

    /// - Parameter read: the text of a value; each parameter's whole value is what comes of its line, whatever that holds.
    package func filled(
        _ read: (Condition.Value) throws(Problem) -> String
    ) throws(Problem) -> [String: String] {
        var filled: [String: String] = [:]
        for argument in arguments {
            filled[argument.name] = try argument.value.filled(read) { (value, _) throws(Problem) in value }
        }
        return filled
    }
}

extension Step {
    /// The runbook that it runs; nil where it runs none, or can't be read.
    package var call: RunbookCall? { kind == .runbook ? try? RunbookCall(parsing: script) : nil }
}
