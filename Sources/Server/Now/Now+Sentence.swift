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
        if burning.count > 0 {
            clauses.append("\(nouns.name(burning)) \(burning.count == 1 ? "burns" : "burn")")
        }
        switch (running.count, queued.count) {
        case (0, 0): clauses.append("nothing is running")
        case (0, let count):
            clauses.append("\(nouns.name(queued)) \(count == 1 ? "waits" : "wait") for a free worker")
        case (let count, 0): clauses.append("\(nouns.name(running)) \(count == 1 ? "is" : "are") going")
        case (let count, let others):
            clauses.append("\(nouns.name(running)) \(count == 1 ? "is" : "are") going")
            clauses.append("\(nouns.name(queued)) \(others == 1 ? "is" : "are") queued")
        }
        clauses += waiting(&nouns)
        if failed.count == 0 {
            clauses.append("nothing failed in the last 24 hours")
        } else {
            clauses.append("\(nouns.name(failed)) failed in the last 24 hours")
            if isRecovered { clauses.append("what failed has succeeded since") }
        }
        return clauses.joined(separator: ", ").capitalisedSentence + "."
    }

    private func waiting(_ nouns: inout Nouns) -> [String] {
        let (yours, others) = (waitingForYou.count, waitingForOthers.count)
        if yours == 0, others == 0 { return ["nothing waits for anybody"] }
        var clauses: [String] = []
        if yours > 0 { clauses.append("\(nouns.name(waitingForYou)) \(yours == 1 ? "waits" : "wait") for you") }
        if others > 0 {
            clauses.append("\(nouns.name(waitingForOthers)) \(others == 1 ? "waits" : "wait") for somebody else")
        }
        return clauses
    }
}

/// Says what is counted where it changes, and else the number alone: "two runs are going, one waits for you".
private struct Nouns {
    private static let numbers = [
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    ]

    private var last: String?

    /// `one run and two checklists`.
    mutating func name(_ part: Now.Part) -> String {
        let names = part.shares.map { share in
            let number = share.count <= Self.numbers.count ? Self.numbers[share.count - 1] : String(share.count)
            let isSaid = part.shares.count == 1 && share.kind == last
            last = share.kind
            return isSaid ? number : "\(number) \(share.kind)\(share.count == 1 ? "" : "s")"
        }
        return names.count < 2
            ? names.joined() : "\(names.dropLast().joined(separator: ", ")) and \(names[names.count - 1])"
    }
}
