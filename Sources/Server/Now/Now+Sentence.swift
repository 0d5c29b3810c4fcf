extension Now {
    /// "Two runs are going, one waits for you, nothing failed in the last 24 hours."
    var sentence: String {
        switch beginning {
        case .importing: return "There is no runbook yet: a guide that you have is the first."
        case .running: return "Nothing has run yet."
        case nil: break
        }
        var nouns = Nouns()
        var clauses: [String] = []
        switch (running.count, queued.count) {
        case (0, 0): clauses.append("nothing is running")
        case (0, let queued):
            clauses.append("\(nouns.runs(queued)) \(queued == 1 ? "waits" : "wait") for a free worker")
        case (let running, 0): clauses.append("\(nouns.runs(running)) \(running == 1 ? "is" : "are") going")
        case (let running, let queued):
            clauses.append("\(nouns.runs(running)) \(running == 1 ? "is" : "are") going")
            clauses.append("\(nouns.runs(queued)) \(queued == 1 ? "is" : "are") queued")
        }
        clauses += waiting(&nouns)
        if failed.count == 0 {
            clauses.append("nothing failed in the last 24 hours")
        } else {
            clauses.append("\(nouns.runs(failed.count)) failed in the last 24 hours")
            if isRecovered { clauses.append("what failed has succeeded since") }
        }
        return clauses.joined(separator: ", ").capitalisedSentence + "."
    }

    private func waiting(_ nouns: inout Nouns) -> [String] {
        let (yours, others) = (waitingForYou.count, waitingForOthers.count)
        if yours == 0, others == 0 { return ["nothing waits for anybody"] }
        var clauses: [String] = []
        if yours > 0 { clauses.append("\(nouns.runs(yours)) \(yours == 1 ? "waits" : "wait") for you") }
        if others > 0 { clauses.append("\(nouns.runs(others)) \(others == 1 ? "waits" : "wait") for somebody else") }
        return clauses
    }
}

/// Says what is counted where it comes first, and then the number alone: "two runs are going, one waits for you".
private struct Nouns {
    private static let numbers = [
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    ]

    private var isSaid = false

    mutating func runs(_ count: Int) -> String {
        let number = count <= Self.numbers.count ? Self.numbers[count - 1] : String(count)
        defer { isSaid = true }
        return isSaid ? number : "\(number) \(count == 1 ? "run" : "runs")"
    }
}
