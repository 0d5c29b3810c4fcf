import Essentials
import RunbookFormat
import Testing

@testable import Executions

/// Who gets a worker: a table of what waits, what is under way, and what follows.
@Suite struct AdmissionTests {
    typealias Candidate = Admission.Candidate
    typealias Priority = Metadata.Priority

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// `c1` is the critical run that came first; `+` has begun and goes on; `/key` is limited to `most` of the key.
        let waiting: String
        var workers = Workers.own([.critical: 1, .high: 2, .default: 2, .low: 1])
        var busy: [Priority: Int] = [:]
        var underWay: [String: Int] = [:]
        var most = 1
        var turn = 0
        let admitted: String
    }

    static let rows = [
        Row(testDescription: "nothing waits", waiting: "", admitted: ""),
        Row(
            testDescription: "each priority fills its own workers, the most urgent first, and as they came",
            waiting: "l1 d2 d3 d4 c5 c6 h7", admitted: "c5 h7 d2 d3 l1"),
        Row(
            testDescription: "a flood of urgent runs takes nothing from the others",
            waiting: "c1 c2 c3 h4 h5 h6 l7", busy: [.critical: 1, .high: 2], admitted: "l7"),
        Row(
            testDescription: "idle workers of another priority are not borrowed", waiting: "c1 c2 c3", admitted: "c1"),
        Row(
            testDescription: "where all are busy nobody gets one", waiting: "c1 h2 d3 l4",
            busy: [.critical: 1, .high: 2, .default: 2, .low: 1], admitted: ""),
        Row(
            testDescription: "more at work than there are workers, after a restart with fewer", waiting: "l1 d2",
            busy: [.low: 9], admitted: "d2"),
        Row(
            testDescription: "what has begun goes on before what is queued, in its own priority",
            waiting: "d1 d2 d3+ l4",
            busy: [.default: 1], admitted: "d3 l4"),
        Row(testDescription: "a limit of one lets one begin", waiting: "d1/a d2/a d3", admitted: "d1 d3"),
        Row(
            testDescription: "a limit that is reached holds back, and those behind pass by", waiting: "d1/a d2/a d3 d4",
            underWay: ["a": 1], admitted: "d3 d4"),
        Row(
            testDescription: "a limit of two lets two begin, over all priorities", waiting: "h1/a d2/a l3/a", most: 2,
            admitted: "h1 d2"),
        Row(
            testDescription: "what has begun holds its limit already and is not held back by it",
            waiting: "d1+/a d2/a d3", underWay: ["a": 1], admitted: "d1 d3"),
        Row(testDescription: "limits of different things do not meet", waiting: "d1/a d2/b", admitted: "d1 d2"),
        Row(
            testDescription: "shared, the most urgent goes first", waiting: "l1 d2 h3 c4", workers: .shared(3),
            admitted: "c4 h3 d2"),
        Row(
            testDescription: "shared, what is at work counts together", waiting: "l1 d2 h3", workers: .shared(3),
            busy: [.low: 1, .critical: 1], admitted: "h3"),
        Row(
            testDescription: "shared, the fifth worker goes to who has waited longest",
            waiting: "l1 d2 c3 c4 c5 c6 c7 c8",
            workers: .shared(6), admitted: "c3 c4 c5 c6 l1 c7"),
        Row(
            testDescription: "shared, turns are counted from one look to the next", waiting: "l1 c2 c3",
            workers: .shared(1), turn: 4, admitted: "l1"),
        Row(
            testDescription: "shared, what goes on comes first and takes no turn", waiting: "l1 c2 d3+",
            workers: .shared(2), turn: 4, admitted: "d3 l1"),
        Row(
            testDescription: "shared, the turn passes over who is held back", waiting: "l1/a l2 c3",
            workers: .shared(1),
            underWay: ["a": 1], turn: 4, admitted: "l2"),
    ]

    @Test(arguments: rows) func `workers are given out as the table says`(_ row: Row) throws {
        let candidates = try Self.candidates(row.waiting, most: row.most)
        for order in [candidates, candidates.reversed()] {
            var admission = Admission(workers: row.workers, busy: row.busy, underWay: row.underWay, turn: row.turn)
            #expect(admission.admit(order).map(\.id.rawValue) == Self.names(row.admitted))
        }
    }

    /// Ids sort by their numbers: `c1` is `1c`.
    private static func names(_ text: String) -> [String] {
        text.split(separator: " ").map { "\($0.dropFirst())\($0.prefix(1))" }
    }

    private static func candidates(_ text: String, most: Int) throws -> [Candidate] {
        try text.split(separator: " ").map { word in
            let sides = word.split(separator: "/")
            let name = String(sides[0].filter { $0 != "+" })
            let priority = try #require(Priority.allCases.first { $0.rawValue.hasPrefix(name.prefix(1)) })
            return Candidate(
                id: ID(names(name)[0]), priority: priority,
                limit: sides.count > 1 ? RunLimit(key: String(sides[1]), most: most) : nil,
                isUnderWay: sides[0].contains("+"))
        }
    }

    /// Ids sort by their number, whatever their priority.
    private func candidate(_ number: Int, _ priority: Priority) -> Candidate {
        Candidate(id: ID("r\(100_000 + number)"), priority: priority)
    }

    @Test(arguments: [Workers.shared(1), .shared(3), .own([.critical: 2, .high: 1, .default: 1, .low: 1])])
    func `however many urgent runs come, a run waits no longer than the bound`(_ workers: Workers) throws {
        // Three runs of low wait; each time a worker comes free, two critical ones have come.
        var waiting = (0..<3).map { candidate($0, .low) }
        var (number, turn) = (10, 0)
        var given = 0
        var lastLow = 0
        while waiting.contains(where: { $0.priority == .low }) {
            waiting += [candidate(number, .critical), candidate(number + 1, .critical)]
            number += 2
            // One worker of critical is free; where each has its own, one of low is too.
            var admission = Admission(
                workers: workers, busy: [.critical: workers.count(for: .critical) - 1], turn: turn)
            let admitted = admission.admit(waiting)
            try #require(!admitted.isEmpty)
            turn = admission.turn
            given += admitted.count
            waiting.removeAll { admitted.contains($0) }
            if admitted.contains(where: { $0.priority == .low }) { lastLow = given }
            try #require(given < 100, "low starves")
        }
        #expect(lastLow <= 3 * Workers.elderTurn, "each of them within five workers that come free")
    }

    @Test func `a thousand that wait are looked through, in any order, and the oldest of the most urgent begin`() {
        let all = (0..<1000).map { candidate($0, Priority.allCases[$0 % 4]) }
        var admission = Admission(workers: .usual, busy: [:])
        let admitted = admission.admit(all.shuffled())
        #expect(admitted.count == 122)
        for priority in Priority.allCases {
            let expected = all.filter { $0.priority == priority }.prefix(Workers.usual.count(for: priority))
            #expect(admitted.filter { $0.priority == priority } == Array(expected))
        }
    }
}

@Suite struct WorkersTests {
    @Test(arguments: [
        ("critical=18,high=60,default=40,low=4", Workers.usual), ("low=9", .own(Self.with(.low, 9))),
        ("critical=1, high=2, default=3, low=4", .own([.critical: 1, .high: 2, .default: 3, .low: 4])),
        ("40", .shared(40)), ("1", .shared(1)),
    ])
    func `the setting names each priority, or is one number for all`(text: String, workers: Workers) throws {
        #expect(try Workers(parsing: text) == workers)
    }

    private static func with(_ priority: Metadata.Priority, _ count: Int) -> [Metadata.Priority: Int] {
        guard case .own(var workers) = Workers.usual else { return [:] }
        workers[priority] = count
        return workers
    }

    @Test(arguments: [
        "", "0", "-1", "1001", "many", "urgent=1", "low=0", "low=1001", "low=1,low=2", "low", "low=", "low=1,", "=3",
        "low=1=2", "low=x",
    ])
    func `what it can't be is refused with what it can be`(_ text: String) {
        let problem = #expect(throws: Problem.self) { try Workers(parsing: text) }
        #expect(problem?.message.contains("critical=18,high=60,default=40,low=4") == true)
    }

    @Test func `usually there are as many as the plant had: 122`() { #expect(Workers.usual.total == 122) }
}

@Suite struct QueueFiguresTests {
    @Test func `a median and a 95th percentile are times that were measured`() {
        let seconds = { (numbers: [Int]) in numbers.map { Duration.seconds($0) } }
        #expect(QueueFigures.Spread([]) == nil)
        let one = QueueFigures.Spread(seconds([7]))
        #expect(one?.median == .seconds(7) && one?.p95 == .seconds(7))
        let hundred = QueueFigures.Spread(seconds(Array(1...100).shuffled()))
        #expect(hundred?.median == .seconds(50) && hundred?.p95 == .seconds(95))
        let four = QueueFigures.Spread(seconds([40, 10, 30, 20]))
        #expect(four?.median == .seconds(20) && four?.p95 == .seconds(40))
    }

    @Test(arguments: [
        (WaitReason.nothing, "A worker is free: it begins at once."),
        (.workers(of: .default, count: 40, before: 3), "All 40 workers of default are busy; 3 runs are before it."),
        (.workers(of: .low, count: 1, before: 1), "The only worker of low is busy; 1 run is before it."),
        (.workers(of: nil, count: 5, before: 0), "All 5 workers are busy; it is next."),
        (
            .limit(
                RunLimit(key: "runbook/shop.deploy", most: 1), runbook: "shop.deploy",
                holders: [.init(id: ID("01j9"), runbook: "shop.deploy")], count: 1),
            "shop.deploy runs at most once at a time: run 01j9 is under way."
        ),
        (
            .limit(
                RunLimit(key: "runbook/shop.deploy", most: 3), runbook: "shop.deploy",
                holders: [.init(id: ID("01j9"), runbook: "shop.deploy")], count: 3),
            "shop.deploy runs at most 3 times at a time: run 01j9 and 2 others are under way."
        ),
        (
            .limit(
                RunLimit(key: "service/shop", most: 1), runbook: "shop.deploy",
                holders: [.init(id: ID("01j9"), runbook: "shop.restore")], count: 1),
            "Of the service shop at most one run goes at a time: run 01j9 of shop.restore is under way."
        ),
        (
            .limit(
                RunLimit(key: "service/shop", most: 2), runbook: "shop.deploy",
                holders: [.init(id: ID("01j9"), runbook: "shop.restore")], count: 2),
            "Of the service shop at most 2 runs go at a time: run 01j9 of shop.restore and 1 other are under way."
        ),
    ])
    func `why a run waits is one sentence`(reason: WaitReason, sentence: String) {
        #expect(reason.sentence == sentence)
    }
}

@Suite struct FurtherLimitTests {
    @Test func `a run begins when all limits have room, and holds them all`() {
        let (a, b) = (RunLimit(key: "runbook/a", most: 1), RunLimit(key: "service/b", most: 2))
        func candidate(_ number: String, _ limit: RunLimit?, _ further: [RunLimit]) -> Admission.Candidate {
            Admission.Candidate(id: ID(number), priority: .default, limit: limit, further: further)
        }
        let workers = Workers.own([.critical: 9, .high: 9, .default: 9, .low: 9])
        var free = Admission(workers: workers, busy: [:])
        let both = candidate("1", a, [b])
        #expect(
            free.admit([both, candidate("2", a, []), candidate("3", nil, [a]), candidate("4", b, [])]).map(
                \.id.rawValue) == ["1", "4"])
        #expect(free.underWay == ["runbook/a": 1, "service/b": 2])
        var held = Admission(workers: workers, busy: [:], underWay: ["service/b": 2])
        #expect(held.admit([both]).isEmpty && held.underWay["runbook/a"] == nil)
    }
}
