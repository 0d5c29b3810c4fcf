package import Essentials
import Foundation

/// The list of whose values a step runs once for each: `foreach=hosts`, `foreach="host in hosts"`, `foreach=a,b,c`; or of the
/// machines that it runs on: `hosts=targets`, `hosts="web-1 deploy@web-2:2222"`.
package struct Each: Sendable, Equatable {
    package enum Source: Sendable, Equatable {
        /// Its text has a value in each line, or several with commas between them.
        case parameter(String)
        case values([String])
    }

    /// Each is a step of the run with attempts and output of its own.
    package static let most = 100
    /// A host's name has 253 bytes at most.
    private static let longest = 1000

    /// The values are machines, on each of which it runs.
    package let isOfHosts: Bool
    /// The environment variable that holds the value, beside `RUNBOOK_ITEM`.
    package let variable: String?
    package let source: Source
    /// How many run at once.
    package var atOnce = 1
    /// So many machines may fail before the step has. Ansible's `max_fail_percentage`, as a number.
    package var mostFailures = 0

    /// What stands for the value where a text is filled: `{{host}}` of `foreach="host in hosts"`, else `{{item}}`.
    package var name: String { variable ?? "item" }

    /// - Throws: `Problem.invalid` that says what is wrong.
    init(parsing text: String) throws(Problem) {
        isOfHosts = false
        var rest = text.trimmed
        let words = rest.split(maxSplits: 2, whereSeparator: \.isWhitespace).map(String.init)
        if words.count == 3, words[1] == "in" {
            guard Self.isName(words[0]), !ReservedNames.contains(words[0]) else {
                throw .invalid("\(Parameter.shown(words[0])) can't be the name of a variable.")
            }
            (variable, rest) = (words[0], words[2].trimmed)
        } else {
            variable = nil
        }
        if rest.hasPrefix("[") {
            source = .values(try Self.checked(try Self.list(rest)))
        } else if rest.contains(",") {
            source = .values(try Self.checked(Self.values(in: rest)))
        } else {
            guard Self.isName(rest), rest != "true" else {
                throw .invalid("write a parameter's name, as in foreach=hosts, or values, as in foreach=a,b,c.")
            }
            source = .parameter(rest)
        }
    }

    /// - Throws: `Problem.invalid` that says what is wrong.
    init(hosts text: String) throws(Problem) {
        (isOfHosts, variable) = (true, nil)
        let text = text.trimmed
        guard text != "true", !text.isEmpty else {
            throw .invalid(
                "write the machines, as in hosts=\"web-1 web-2\", or a parameter's name, as in hosts=targets.")
        }
        if Self.isName(text) {
            source = .parameter(text)
        } else {
            source = .values(
                try Self.checked(text.hasPrefix("[") ? try Self.list(text) : Self.hosts(in: text), areHosts: true))
        }
    }

    /// The values that a parameter's text lists.
    /// - Throws: `Problem.invalid` for lists that no step runs for.
    package func values(in text: String) throws(Problem) -> [String] {
        try Self.checked(isOfHosts ? Self.hosts(in: text) : Self.values(in: text), areHosts: isOfHosts)
    }

    package static func values(in text: String) -> [String] {
        text.split(whereSeparator: { $0 == "," || $0.isNewline }).map { String($0).trimmed }.filter { !$0.isEmpty }
    }

    private static func hosts(in text: String) -> [String] {
        text.split(whereSeparator: { $0 == "," || $0.isWhitespace }).map(String.init)
    }

    private static func list(_ text: String) throws(Problem) -> [String] {
        do {
            return try JSONDecoder().decode([String].self, from: Data(text.utf8))
        } catch {
            throw .invalid("a list is written as [\"one\", \"two\"].")
        }
    }

    /// - Throws: `Problem.invalid` for lists that no step runs for.
    package static func checked(_ values: [String], areHosts: Bool = false) throws(Problem) -> [String] {
        guard !values.isEmpty else { throw .invalid("the list is empty; give it at least one value.") }
        guard values.count <= most else {
            throw .invalid("the list has \(values.count) values, and a step runs for at most \(most); split it.")
        }
        var known: Set<String> = []
        for value in values {
            guard !value.isEmpty, value.utf8.count <= longest, value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
            else {
                throw .invalid("a value of the list is text of 1 to \(longest) bytes in one line.")
            }
            if areHosts { _ = try Host(parsing: value) }
            guard known.insert(value).inserted else {
                throw .invalid("the list has \(Parameter.shown(value)) twice; take one out.")
            }
        }
        return values
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, first.isLetter else { return false }
        return text.utf8.count <= 100 && text.utf8.allSatisfy { $0.isLetter || $0 == UInt8(ascii: "_") || $0.isDigit }
    }
}

extension UInt8 {
    fileprivate var isLetter: Bool { (0x41...0x5a).contains(self) || (0x61...0x7a).contains(self) }
    fileprivate var isDigit: Bool { (0x30...0x39).contains(self) }
}
