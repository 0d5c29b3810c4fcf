import Deployments
import Essentials
import Testing

@Suite struct FiguresTests {
    /// A Monday morning.
    private let now = Timestamp(microseconds: 1_768_811_400_000_000)

    private func ago(days: Int = 0, hours: Int = 0) -> Timestamp {
        now.advanced(by: .seconds(-86_400 * days - 3600 * hours))
    }

    private func figures(_ outcomes: [Figures.Outcome], days: Int = 30) -> Figures {
        Figures(service: "accunode", environment: "production", outcomes: outcomes, days: days, to: now)
    }

    @Test func `without deployments there is nothing to tell`() {
        let none = figures([])
        #expect(none.deployments == 0 && none.perDay == 0)
        #expect(none.changeFailureRate == nil && none.timeToRestore == nil)
    }

    @Test func `what ended before the window counts nowhere`() {
        let found = figures([
            .init(finished: ago(days: 30), isFailure: true),
            .init(finished: ago(days: 29, hours: 23), isFailure: false),
            .init(finished: now, isFailure: false),
        ])
        #expect(found.deployments == 2 && found.failures == 0)
        #expect(found.perDay == 2.0 / 30)
        #expect(found.changeFailureRate == 0)
    }

    @Test func `the rate is the failures among all`() {
        let found = figures([
            .init(finished: ago(days: 3), isFailure: true, failed: ago(days: 3)),
            .init(finished: ago(days: 2), isFailure: false), .init(finished: ago(days: 1), isFailure: false),
            .init(finished: ago(hours: 1), isFailure: false),
        ])
        #expect(found.changeFailureRate == 0.25)
        // The next good one restored it.
        #expect(found.timeToRestore == .seconds(86_400))
        #expect(found.open == 0)
    }

    @Test func `whatever restores first counts, and the median is told`() {
        let found = figures([
            // Two hours to the end of its rollback; the next good one came later.
            .init(finished: ago(days: 9), isFailure: true, failed: ago(days: 9, hours: 2), restored: ago(days: 9)),
            // A day to the next good one; its rollback took longer.
            .init(finished: ago(days: 5), isFailure: true, failed: ago(days: 7), restored: ago(days: 5)),
            .init(finished: ago(days: 6), isFailure: false),
            // Four hours.
            .init(finished: ago(days: 3), isFailure: true, failed: ago(days: 3), restored: ago(days: 2, hours: 20)),
            // Not yet.
            .init(finished: ago(hours: 1), isFailure: true, failed: ago(hours: 1)),
        ])
        #expect(found.failures == 4 && found.open == 1)
        #expect(found.timeToRestore == .seconds(4 * 3600))
        let even = figures([
            .init(finished: ago(days: 3), isFailure: true, failed: ago(days: 3), restored: ago(days: 2)),
            .init(finished: ago(days: 1), isFailure: true, failed: ago(days: 1), restored: ago(hours: 12)),
        ])
        #expect(even.timeToRestore == .seconds(18 * 3600))
    }

    @Test func `what its incidents tell of begins with the first and ends with the last of them`() {
        let found = figures([
            .init(
                finished: ago(days: 9), isFailure: false,
                troubles: [
                    .init(opened: ago(days: 8, hours: 10), ended: ago(days: 8, hours: 6)),
                    .init(opened: ago(days: 8, hours: 8), ended: ago(days: 8, hours: 2)),
                ]),
            .init(finished: ago(days: 4), isFailure: false),
        ])
        #expect(found.failures == 1 && found.open == 0)
        #expect(found.timeToRestore == .seconds(8 * 3600))
        // Two hours before it failed somebody saw it burn; it was rolled back at once, and burnt for two hours more.
        let both = figures([
            .init(
                finished: ago(days: 3), isFailure: true, failed: ago(days: 3), restored: ago(days: 3),
                troubles: [.init(opened: ago(days: 3, hours: 2), ended: ago(days: 2, hours: 22))])
        ])
        #expect(both.failures == 1 && both.timeToRestore == .seconds(4 * 3600))
        let burning = figures([
            .init(finished: ago(days: 3), isFailure: false, troubles: [.init(opened: ago(days: 2), ended: nil)]),
            .init(finished: ago(days: 1), isFailure: false),
        ])
        #expect(burning.failures == 1 && burning.open == 1 && burning.timeToRestore == nil)
        // A version that burnt restores nothing.
        let after = figures([
            .init(finished: ago(days: 3), isFailure: true, failed: ago(days: 3)),
            .init(
                finished: ago(days: 2), isFailure: false, troubles: [.init(opened: ago(days: 2), ended: ago(days: 1))]),
        ])
        #expect(after.failures == 2 && after.open == 1)
    }

    @Test(arguments: [(7, 7, 1), (31, 31, 1), (32, 5, 7), (90, 13, 7), (366, 53, 7)])
    func `every deployment of the window is in one bar`(days: Int, bars: Int, daysPerBar: Int) {
        let outcomes = (0..<days).flatMap { day in
            [
                Figures.Outcome(finished: ago(days: day), isFailure: false),
                Figures.Outcome(finished: ago(days: day, hours: 23), isFailure: true),
            ]
        }
        let found = figures(outcomes, days: days)
        #expect(found.bars.count == bars && found.daysPerBar == daysPerBar)
        #expect(found.bars.reduce(0) { $0 + $1.deployments } == 2 * days)
        #expect(found.bars.reduce(0) { $0 + $1.failures } == days)
        #expect(found.bars.first?.start == found.from)
        #expect(zip(found.bars, found.bars.dropFirst()).allSatisfy { $0.start < $1.start })
    }
}
