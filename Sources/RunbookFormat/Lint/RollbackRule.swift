/// Ways back that nobody looks at afterwards: a rollback is done when it is seen to work.
enum RollbackRule {
    enum Effect {
        case change
        /// Shows how things stand.
        case look
        case none
    }

    static func effect(of invocation: Invocation) -> Effect {
        let words = invocation.operands.prefix(4)
        switch invocation.program {
        case "echo", "printf", "cd", "set", "export", "true", ":", "sleep", "exit", "return", "source", ".", "local",
            "read", "for", "case", "done", "fi", "esac", "trap", "wait", "fi;", "}", "":
            return .none
        case "curl", "wget", "http", "ping", "nc", "dig", "nslookup", "host", "test", "[", "[[", "diff", "cmp", "grep",
            "egrep", "jq", "ls", "cat", "head", "tail", "ps", "pg_isready", "journalctl", "pgrep", "stat", "df", "ss",
            "netstat", "openssl", "select":
            return .look
        default: break
        }
        let program = invocation.program.lowercased()
        if ["check", "verify", "smoke", "health", "validate", "status"].contains(where: program.contains) {
            return .look
        }
        let isLook = words.contains { word in
            looks.contains(word) || word.hasPrefix("describe-") || word.hasPrefix("list-") || word.hasPrefix("get-")
        }
        return isLook ? .look : .change
    }

    private static let looks: Set<String> = [
        "get", "describe", "status", "logs", "top", "ps", "inspect", "history", "is-active", "show", "list", "ls",
        "wait", "releases", "info", "log", "diff", "describe-services", "current", "test", "migrate:status", "events",
    ]

    /// The rollbacks among sections, each with the last line of what lies in it; of nested ones the outermost.
    static func ranges(of sections: [Section], lineCount: Int) -> [ClosedRange<Int>] {
        var ranges: [ClosedRange<Int>] = []
        for (index, section) in sections.enumerated() where isRollback(section.title) {
            if let last = ranges.last, last.contains(section.line) { continue }
            let next = sections[(index + 1)...].first { $0.level <= section.level }
            ranges.append(section.line...max(section.line, (next?.line ?? lineCount + 1) - 1))
        }
        return ranges
    }

    private static func isRollback(_ title: String) -> Bool { Array(title.utf8)[...].holds(anyOf: titles) }

    private static let titles = [
        "rollback", "roll back", "roll-back", "rolling back", "revert", "geri al", "back out",
    ].map { Array($0.utf8) }

    /// - Parameters:
    ///   - ranges: in order, apart from each other.
    ///   - changes: the lines of commands that change something, in order; `looks` of those that look.
    static func findings(in ranges: [ClosedRange<Int>], changes: [Int], looks: [Int], text: SourceText) -> [Finding] {
        var changes = changes[...]
        var looks = looks[...]
        return ranges.compactMap { range in
            changes = changes.drop { $0 < range.lowerBound }
            guard let change = changes.first, range.contains(change) else { return nil }
            looks = looks.drop { $0 <= change }
            if let look = looks.first, range.contains(look) { return nil }
            for number in range where number > change && speaksOfLooking(text.line(number)) { return nil }
            return Finding(
                .rollbackWithoutVerification, .warning, line: change,
                "Nothing after this shows that the rollback worked; add a step that looks, such as a request to the service's health."
            )
        }
    }

    private static func speaksOfLooking(_ line: ArraySlice<UInt8>) -> Bool { line.prefix(400).holds(anyOf: words) }

    private static let words = [
        "verif", "check", "confirm", "validat", "health", "smoke", "monitor", "make sure", "ensure", "watch", "observe",
        "doğrula", "kontrol",
    ].map { Array($0.utf8) }
}
