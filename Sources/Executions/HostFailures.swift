import Essentials

/// How the machines of the steps that run on several have fared: together they decide whether such a step has failed.
struct HostFailures {
    /// One machine of such a step.
    struct Member {
        /// The name that the guide has for the step.
        let step: String
        let host: String
        /// How many machines may fail before the step has.
        let most: Int
        let state: StepState

        var hasFailed: Bool { state == .failed || state == .timedOut }
    }

    private struct Group {
        var total = 0
        var failed: [String] = []
        let most: Int
    }

    private var groups: [String: Group] = [:]
    private var names: [String] = []
    /// So many are named.
    private static let mostNamed = 10

    /// - Parameter members: in the order of the run; nil for other steps.
    init(_ members: [Member?]) {
        for case let member? in members {
            if groups[member.step] == nil { names.append(member.step) }
            groups[member.step, default: Group(most: member.most)].total += 1
            if member.hasFailed { groups[member.step]?.failed.append(member.host) }
        }
    }

    /// More have failed than may: none of the others begins any more.
    func isOver(_ member: Member) -> Bool {
        groups[member.step].map { $0.failed.count > $0.most } ?? false
    }

    /// It has failed, and its step has not.
    func tolerates(_ member: Member) -> Bool { member.hasFailed && !isOver(member) }

    /// `restart failed on 2 of 5 hosts, more than max-failures=1 allows: web-2, web-3.`
    func sentence(of step: String) -> String? {
        guard let group = groups[step], !group.failed.isEmpty else { return nil }
        let named = group.failed.prefix(Self.mostNamed).joined(separator: ", ")
        let more = group.failed.count - Self.mostNamed
        let hosts = group.total == 1 ? "host" : "hosts"
        let rule = group.failed.count > group.most ? "more than" : "as"
        return
            "\(step) failed on \(group.failed.count) of \(group.total) \(hosts), \(rule) max-failures=\(group.most) allows: \(named)\(more > 0 ? " and \(more) more" : "")."
    }

    /// Of all steps of which a machine has failed; nil where none has.
    var sentence: String? {
        let sentences = names.compactMap { sentence(of: $0) }
        return sentences.isEmpty ? nil : sentences.joined(separator: " ")
    }
}
