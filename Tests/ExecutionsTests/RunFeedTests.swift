import Essentials
import Foundation
import Testing

@testable import Executions

@Suite struct RunFeedTests {
    private let run = ID<RunRecord>(at: Timestamp(microseconds: 1_764_000_000_000_000))

    private func news(_ n: Int) -> RunNews {
        .output(OutputRow(n: n, step: "a", attempt: 1, stream: 1, time: Timestamp(microseconds: 1), bytes: Data()))
    }

    /// Both take a lock of the viewer's task, so that the feed's own must not stand between them.
    @Test(.timeLimit(.minutes(10))) func `viewers that go while they are told hold up nobody`() async {
        let (feed, run, news) = (RunFeed(), run, news(1))
        let teller = Task.detached {
            while !Task.isCancelled {
                feed.tell(run, news)
                await Task.yield()
            }
        }
        for _ in 0..<500 {
            let viewer = Task.detached { for await _ in feed.watch(run) {} }
            await Task.yield()
            viewer.cancel()
            await viewer.value
        }
        teller.cancel()
        await teller.value
        #expect(feed.count == 0)
    }

    @Test func `every viewer gets the news in the order of their numbers, from many tellers`() async {
        let (feed, run) = (RunFeed(), run)
        let viewers = (1...3).map { _ in
            let stream = feed.watch(run)
            return Task {
                var numbers: [Int] = []
                for await told in stream {
                    numbers.append(told.number)
                    if numbers.count == 200 { break }
                }
                return numbers
            }
        }
        await withTaskGroup { group in
            for number in 1...4 {
                let news = news(number)
                group.addTask { for _ in 1...50 { feed.tell(run, news) } }
            }
        }
        for viewer in viewers { #expect(await viewer.value == Array(1...200)) }
    }
}
