/// A comment in a guide that takes findings back: `<!-- runbook: allow destructive-command, sudo because it is a test host -->`.
struct Allowance {
    let names: [String]
    /// The comment's line, from 1.
    let line: Int
    /// The lines that it speaks of; nil for the whole guide.
    let lines: ClosedRange<Int>?

    private static let mark = Array("runbook:".utf8)

    /// The rules that a comment names; nil when it is another comment.
    static func names(in html: String) -> [String]? {
        // Most HTML is none, and a String's own search is slow.
        guard html.utf8.count < 1000, Array(html.utf8)[...].holds(anyOf: [mark]),
            let start = html.firstRange(of: "<!--"),
            let end = html[start.upperBound...].firstRange(of: "-->")
        else { return nil }
        let text = html[start.upperBound..<end.lowerBound].trimmingBlanks
        guard text.hasPrefix("runbook:") else { return nil }
        let words = text.dropFirst("runbook:".count).split { $0 == "," || $0.isWhitespace }
        guard words.first == "allow" else { return nil }
        return words.dropFirst().prefix { $0 != "because" }.map(String.init)
    }
}

/// All that a guide allows.
struct Allowances: Sendable, Equatable {
    private var everywhere: Set<Finding.Rule> = []
    /// In order, apart from each other.
    private var places: [Finding.Rule: [ClosedRange<Int>]] = [:]
    /// Comments that allow nothing.
    private(set) var findings: [Finding] = []

    init(_ allowances: [Allowance]) {
        for allowance in allowances {
            if allowance.names.isEmpty { reject("Name the rule, as in \"runbook: allow sudo\".", allowance.line) }
            for name in allowance.names {
                guard let rule = Finding.Rule(rawValue: name) else {
                    let known = Set(Finding.Rule.allCases.map(\.rawValue))
                    let advice = Spelling.nearest(to: name, in: known).map { "did you mean \"\($0)\"?" }
                    let hint = advice ?? "runbook lint --help lists them."
                    reject("There is no rule \"\(Parameter.shown(name))\"; \(hint)", allowance.line)
                    continue
                }
                guard !rule.isAlwaysTold else {
                    reject(
                        "\"\(name)\" can't be allowed, for what is wrong there keeps the guide from running.",
                        allowance.line)
                    continue
                }
                if let lines = allowance.lines {
                    places[rule, default: []].append(lines)
                } else {
                    everywhere.insert(rule)
                }
            }
        }
        for (rule, ranges) in places { places[rule] = Self.merged(ranges) }
    }

    private mutating func reject(_ message: String, _ line: Int) {
        findings.append(Finding(.unknownRule, .warning, line: line, message))
    }

    private static func merged(_ ranges: [ClosedRange<Int>]) -> [ClosedRange<Int>] {
        var merged: [ClosedRange<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, last.upperBound >= range.lowerBound {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }

    func allows(_ finding: Finding) -> Bool {
        if everywhere.contains(finding.rule) { return true }
        guard let ranges = places[finding.rule] else { return false }
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < finding.line { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(finding.line)
    }
}

extension Finding.Rule {
    /// What is wrong under these keeps a step or the guide from running, which no comment may hide.
    var isAlwaysTold: Bool { self == .invalidFrontMatter || self == .invalidAttribute || self == .unknownRule }
}

extension Guide {
    /// The findings together with those of somebody who knows more than the text, such as what stands beside the file; what
    /// the guide allows is left out.
    package func findings(adding others: [Finding]) -> [Finding] {
        (findings + others.filter { !allowances.allows($0) }).inOrder()
    }
}
