extension RunFormPage {
    /// What a dry run found: what would run, with which values, and what is missing.
    struct Preview: Encodable, Sendable {
        let verdict: String
        let isReady: Bool
        let gaps: [Gap]
        let values: [Value]
        let hasValues: Bool
        let dryCount: String
        let drySteps: [DryStep]
        /// What would take back what the run did.
        let wayBack: String?

        /// - Parameters:
        ///   - gaps: all that stands in the way.
        ///   - values: parameters and what the guide declares, as people may see them.
        init(gaps: [Gap], values: [Value], steps: [DryStep], wayBack: String?) {
            self.gaps = gaps
            self.values = values
            hasValues = !values.isEmpty
            drySteps = steps
            dryCount = counted(steps.count, "step")
            self.wayBack = wayBack
            isReady = gaps.isEmpty
            verdict =
                gaps.isEmpty
                ? "Nothing is missing: this would run. Nothing ran."
                : "\(counted(gaps.count, "thing").capitalisedSentence) would stand in the way. Nothing ran."
        }
    }

    struct Gap: Encodable, Sendable {
        let gap: String
        let gapReason: String

        init(_ name: String, _ message: String, line: Int?) {
            gap = name
            gapReason = "\(message)\(line.map { ", line \($0)" } ?? "")"
        }
    }

    struct Value: Encodable, Sendable {
        let valueName: String
        let valueText: String

        init(_ name: String, _ text: String) { (valueName, valueText) = (name, text) }
    }

    struct DryStep: Encodable, Sendable {
        let dryStep: String
        /// `line 24, after build, test`.
        let dryFacts: String
        /// What it asks, when it runs and what it would run, a sentence each.
        let remarks: [Remark]
        let text: String?
    }

    struct Remark: Encodable, Sendable {
        let said: String
    }
}
