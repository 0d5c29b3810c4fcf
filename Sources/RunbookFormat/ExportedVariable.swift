/// A variable that a step exports with a value that its author wrote, `export NAME=value` on a line of its own, and that
/// Runme's `promptEnv` asks for.
package struct ExportedVariable: Sendable, Equatable {
    package let name: String
    /// As a shell would read it, quotes taken off.
    package let value: String
    /// In the guide, from 1.
    package let line: Int
    /// The line of the script, from 0, and the bytes of it that come before `=`.
    fileprivate let place: (line: Int, length: Int)

    /// What an answer is given under, beside the values of placeholders.
    package var key: String { "export \(name)" }

    package static func == (one: ExportedVariable, other: ExportedVariable) -> Bool {
        one.name == other.name && one.value == other.value && one.line == other.line && one.place == other.place
    }

    /// What of a script can be asked for: a name that a parameter may have, a value without expansions, each name once.
    static func all(in script: [UInt8], read scanner: ShellScanner, lines: [Int]) -> [ExportedVariable] {
        let candidates = Set(scanner.commands.filter { $0.words.first?.text == "export" }.map(\.line))
        guard !candidates.isEmpty else { return [] }
        var found: [ExportedVariable] = []
        for (number, text) in script.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            guard candidates.contains(number), number < lines.count, let variable = variable(in: text),
                Parameter.whyNameIsRefused(variable.name) == nil, !found.contains(where: { $0.name == variable.name })
            else { continue }
            found.append(
                ExportedVariable(
                    name: variable.name, value: variable.value, line: lines[number], place: (number, variable.length)))
        }
        return found
    }

    /// The one assignment of a line that holds nothing else.
    private static func variable(in text: ArraySlice<UInt8>) -> (name: String, value: String, length: Int)? {
        var scanner = ShellScanner()
        scanner.read(text)
        guard scanner.isComplete else { return nil }
        scanner.finish()
        let indent = text.prefix { $0 == 0x20 || $0 == 0x09 }
        let blanks = text.dropFirst(indent.count + "export".utf8.count).prefix { $0 == 0x20 || $0 == 0x09 }
        guard scanner.commands.count == 1, let command = scanner.commands.first, command.words.count == 2,
            !command.isBackground, !command.hasInput, !command.words[1].hasExpansion,
            text.dropFirst(indent.count).starts(with: "export".utf8), !blanks.isEmpty
        else { return nil }
        let word = command.words[1].text
        let name = word.prefix { $0 != "=" }
        let length = indent.count + "export".utf8.count + blanks.count + name.utf8.count
        // The name as it stands there, not one that quotes or backslashes make.
        guard word.utf8.count > name.utf8.count, !text.contains(0x3C), !text.contains(0x3E),
            text.prefix(length).suffix(name.utf8.count).elementsEqual(name.utf8),
            text.dropFirst(length).first == 0x3D
        else { return nil }
        return (String(name), String(word.dropFirst(name.count + 1)), length)
    }
}

extension Step {
    /// The script with what somebody answered left out of its exports: `export NAME` alone takes the value that the
    /// environment has, so that no answer is ever pasted into a script.
    package func script(answeredBy answers: [String: String]) -> String {
        let answered = exports.filter { answers[$0.key] != nil }
        guard !answered.isEmpty else { return script }
        var lines = Array(script.utf8).split(separator: 0x0A, omittingEmptySubsequences: false)
        for variable in answered {
            lines[variable.place.line] = lines[variable.place.line].prefix(variable.place.length)
        }
        return String(decoding: Array(lines.joined(separator: [0x0A])), as: UTF8.self)
    }

    /// The environment that goes with it.
    package func answers(among answers: [String: String]) -> [String: String] {
        exports.reduce(into: [:]) { values, variable in values[variable.name] = answers[variable.key] }
    }
}
