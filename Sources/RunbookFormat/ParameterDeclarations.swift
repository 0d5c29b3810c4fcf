package import Essentials

/// The parameters that a runbook declares in its front matter, and the rules for their values.
package struct ParameterDeclarations: Sendable, Equatable {
    /// In the order of the source.
    package let parameters: [Parameter]

    package init(_ parameters: [Parameter] = []) { self.parameters = parameters }

    package static let maximumBytes = 65_536

    package var isEmpty: Bool { parameters.isEmpty }
    package var sensitiveNames: Set<String> { Set(parameters.filter(\.isSensitive).map(\.name)) }

    package subscript(name: String) -> Parameter? { parameters.first { $0.name == name } }

    /// The values that a run starts with, by name: what was given, brought into one spelling per type, and the defaults.
    /// A parameter that is neither given nor required nor has a default is absent.
    /// - Throws: `Problem.invalid` with a field for every value that is unknown, missing or wrong.
    package func resolve(_ given: [String: String]) throws(Problem) -> [String: String] {
        var values: [String: String] = [:]
        var wrong: [Problem.Field] = []
        for (name, value) in given.sorted(by: { $0.key < $1.key }) {
            guard let parameter = self[name] else {
                wrong.append(Problem.Field(name: name, message: whyUnknown(name)))
                continue
            }
            switch parameter.check(value) {
            case .success(let value): values[name] = value
            case .failure(let fault): wrong.append(Problem.Field(name: name, message: fault.message))
            }
        }
        for parameter in parameters where given[parameter.name] == nil {
            if let value = parameter.defaultValue {
                values[parameter.name] = value
            } else if parameter.isRequired {
                wrong.append(
                    Problem.Field(
                        name: parameter.name,
                        message: "is missing; give \(parameter.expectation), for it has no default.",
                        line: nil))
            }
        }
        guard wrong.isEmpty else {
            let names = wrong.map { "\"\(Parameter.shown($0.name))\"" }.joined(separator: ", ")
            throw .invalid("These parameters need another value: \(names).", fields: wrong)
        }
        return values
    }

    private func whyUnknown(_ name: String) -> String {
        if let fault = Parameter.whyNameIsRefused(name) { return fault }
        if parameters.isEmpty { return "is not declared; this runbook takes no parameters." }
        let known = parameters.prefix(20).map(\.name).joined(separator: ", ")
        return "is not declared; this runbook takes \(known)\(parameters.count > 20 ? ", …" : "")."
    }
}
