import Essentials
package import RunbookFormat

extension Guide {
    /// Why a deployment of this guide can't do without a rollback runbook; nil when it can.
    package var whyRollbackIsNeeded: String? {
        if metadata.raw["guards"].map({ $0 != .null }) == true {
            return "it declares guards, and a guard that trips rolls back"
        }
        return steps.first { $0.settings.onFailure == .rollback }.map {
            "its step \($0.id) in line \($0.line) rolls back when it fails"
        }
    }
}

/// What a deployment fills in for the runs that it starts.
package struct DeploymentValues: Sendable {
    package var service: String
    package var environment: String
    package var version: String
    package var commit: String?
    /// What the deployment itself was given.
    package var parameters: [String: String]

    /// What a stage's run is given: what the deployment was given, and `version`, `environment`, `service` and `commit` under
    /// their names, in any case, where the runbook declares them and nobody gave another value.
    package func values(for declared: ParameterDeclarations) -> [String: String] {
        var values = parameters
        for parameter in declared.parameters where values[parameter.name] == nil {
            switch parameter.name.lowercased() {
            case "version": values[parameter.name] = version
            case "environment": values[parameter.name] = environment
            case "service": values[parameter.name] = service
            case "commit": values[parameter.name] = commit
            default: break
            }
        }
        return values
    }

    /// What the rollback runbook is given.
    ///
    /// Where it declares `previous_version`, that is the good version to go back to, and `version` the one that goes; where
    /// it declares `version` alone, that is the good version. `reason`, `environment`, `service` and `commit` are filled in
    /// where declared, and so is what the deployment was given for parameters of the same name. What was given for the
    /// rollback itself comes first.
    /// - Parameter previous: nil where no good version is known: then it is not filled in.
    package func rollbackValues(
        for declared: ParameterDeclarations, previous: String?, reason: String?, given: [String: String] = [:]
    ) -> [String: String] {
        let knowsBoth = declared.parameters.contains { $0.name.lowercased() == "previous_version" }
        var values = given
        for parameter in declared.parameters where values[parameter.name] == nil {
            switch parameter.name.lowercased() {
            case "previous_version": values[parameter.name] = previous
            case "version": values[parameter.name] = knowsBoth ? version : previous
            case "environment": values[parameter.name] = environment
            case "service": values[parameter.name] = service
            case "commit": values[parameter.name] = commit
            case "reason": values[parameter.name] = reason
            default: values[parameter.name] = parameters[parameter.name]
            }
        }
        return values
    }
}
