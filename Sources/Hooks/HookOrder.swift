package import Essentials
import Executions
import Foundation
import RunbookFormat

/// What somebody asks a hook to be.
package struct HookOrder: Sendable, Equatable {
    package var name: String
    package var runbook: String
    package var section: String?
    package var parameters: [String: String]
    /// JSON Pointers by the parameter's name.
    package var pointers: [String: String]

    package init(
        name: String, runbook: String, section: String? = nil, parameters: [String: String] = [:],
        pointers: [String: String] = [:]
    ) {
        self.name = name
        self.runbook = runbook
        self.section = section
        self.parameters = parameters
        self.pointers = pointers
    }

    private static let nameBytes = 63
    /// Of the form for new ones, whose address that would be.
    private static let form = "new"

    /// - Throws: `Problem.invalid` with every field that has a fault.
    func checkedPointers(against declared: ParameterDeclarations) throws(Problem) -> [String: JSONPointer] {
        var fields: [Problem.Field] = []
        if !isNamed {
            fields.append(
                .init(
                    name: "name",
                    message:
                        "it has at most \(Self.nameBytes) lower-case letters, digits, dots, dashes and underscores, and is not new"
                ))
        }
        var checked: [String: JSONPointer] = [:]
        for (name, text) in pointers.sorted(by: { $0.key < $1.key }) {
            do throws(JSONPointer.Fault) {
                checked[name] = try JSONPointer(text)
            } catch {
                fields.append(.init(name: "pointers", message: "\(name): \(error.message)"))
            }
            if declared[name] == nil {
                fields.append(.init(name: "pointers", message: "\(runbook) has no parameter \(name.prefix(80))"))
            } else if parameters[name] != nil {
                fields.append(.init(name: "pointers", message: "\(name) has a value that is always the same too"))
            }
        }
        for name in parameters.keys.sorted() {
            guard let parameter = declared[name] else {
                fields.append(.init(name: "parameters", message: "\(runbook) has no parameter \(name.prefix(80))"))
                continue
            }
            if parameter.isSensitive {
                fields.append(
                    .init(
                        name: "parameters",
                        message: "\(name) is sensitive, and a hook keeps its values in the clear"))
            } else if case .failure(let fault) = parameter.check(parameters[name] ?? "") {
                fields.append(.init(name: "parameters", message: "\(name) \(fault.message)"))
            }
        }
        guard fields.isEmpty else {
            let names = Set(fields.map(\.name)).sorted()
            throw .invalid("The hook was not added: correct \(names.joined(separator: " and ")).", fields: fields)
        }
        return checked
    }

    func run(of runbook: String, with values: [String: String]) -> RunOrder {
        RunOrder(runbook: runbook, section: section, parameters: values)
    }

    private var isNamed: Bool {
        (1...Self.nameBytes).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "._-".utf8.contains(byte)
            } && !name.hasPrefix(".") && name != Self.form
    }
}
