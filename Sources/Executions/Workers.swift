package import Essentials
package import RunbookFormat

/// How many runs are worked on at once.
package enum Workers: Sendable, Equatable {
    /// Each priority has its own, and none borrows: a run waits for those of its own priority that came before it, and for
    /// nothing else.
    case own([Metadata.Priority: Int])
    /// All priorities share them: the most urgent run goes first, and of every `elderTurn` workers that come free one takes
    /// the run that has waited longest.
    case shared(Int)

    package static let usual = Workers.own([.critical: 18, .high: 60, .default: 40, .low: 4])
    package static let most = 1000
    /// So that a run is overtaken at most four times for each run that has waited longer.
    package static let elderTurn = 5

    package var total: Int {
        switch self {
        case .own(let workers): workers.values.reduce(0, +)
        case .shared(let workers): workers
        }
    }

    /// Of one priority, or of all together where they share.
    package func count(for priority: Metadata.Priority) -> Int {
        switch self {
        case .own(let workers): workers[priority] ?? 0
        case .shared(let workers): workers
        }
    }
}

extension Workers {
    /// From `critical=18,high=60,default=40,low=4`, where a priority that is left out has the usual number, or from one
    /// number for all.
    package init(parsing text: String) throws(Problem) {
        if let number = Int(text) {
            guard (1...Self.most).contains(number) else { throw Self.fault(text) }
            self = .shared(number)
            return
        }
        guard case .own(var workers) = Self.usual else { throw Self.fault(text) }
        var named: Set<Metadata.Priority> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false).map { word in
                String(word.drop { $0 == " " })
            }
            guard sides.count == 2, let priority = Metadata.Priority(rawValue: sides[0]), let number = Int(sides[1]),
                (1...Self.most).contains(number), named.insert(priority).inserted
            else { throw Self.fault(text) }
            workers[priority] = number
        }
        self = .own(workers)
    }

    private static func fault(_ text: String) -> Problem {
        .invalid(
            "Workers are critical=18,high=60,default=40,low=4, or one number for all, each from 1 to \(most), not \"\(text.prefix(80))\"."
        )
    }
}
