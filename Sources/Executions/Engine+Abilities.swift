import RunbookFormat

extension Engine {
    /// What this engine does not carry out. Leaving out a confirmation or a condition without a word would be dangerous, so
    /// such a run is refused before it starts.
    static func reasonNotToCarryOut(_ step: Step) -> String? {
        switch step.kind {
        case .shell, .program, .approval, .manual, .wait, .http, .runbook: nil
        case .unsupported: "this version does not run \(step.language) scripts"
        }
    }

    static func reasonsNotToCarryOut(_ metadata: Metadata) -> [String] {
        var reasons: [String] = []
        if !metadata.secrets.isEmpty { reasons.append("this version has no store for the secrets that it declares") }
        return reasons
    }
}
