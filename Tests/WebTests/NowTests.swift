import API
import Essentials
import Foundation
import Testing
import Web

@testable import Server

/// The first page, and its sentence.
struct NowTests {
    private let samples = Samples()

    private func read(_ page: NowPage) throws -> HTMLNode {
        try HTMLReader.read(try Templates(files: .embedded).render(page))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var burning = 0
        var running = 0
        var queued = 0
        var yours = 0
        var others = 0
        var failed = 0
        var checklists = 0
        var isRecovered = false
        let sentence: String

        var testDescription: String { sentence }

        var now: Now {
            var now = Now(at: Timestamp(microseconds: 0))
            now.burning.add("incident", burning, [], path: "/incidents")
            now.running.add("run", running, [], path: "/runs")
            now.queued.add("run", queued, [], path: "/runs")
            now.waitingForYou.add("run", yours, [], path: "/runs")
            now.waitingForOthers.add("run", others, [], path: "/runs")
            now.failed.add("run", failed, [], path: "/runs")
            now.waitingForYou.add("checklist", checklists, [], path: "/checklists")
            now.isRecovered = isRecovered
            return now
        }
    }

    @Test(arguments: [
        Case(sentence: "Nothing is running, nothing waits for anybody, nothing failed in the last 24 hours."),
        Case(
            running: 1, sentence: "One run is going, nothing waits for anybody, nothing failed in the last 24 hours."),
        Case(
            burning: 1, running: 1,
            sentence: """
                One incident burns, one run is going, nothing waits for anybody, nothing failed in the last 24 hours.
                """),
        Case(
            burning: 3,
            sentence: """
                Three incidents burn, nothing is running, nothing waits for anybody, nothing failed in the last 24 hours.
                """),
        Case(
            running: 2, yours: 1,
            sentence: "Two runs are going, one waits for you, nothing failed in the last 24 hours."),
        Case(
            running: 1, yours: 2, failed: 1,
            sentence: "One run is going, two wait for you, one failed in the last 24 hours."),
        Case(
            running: 1, checklists: 1,
            sentence: "One run is going, one checklist waits for you, nothing failed in the last 24 hours."),
        Case(
            yours: 1, failed: 2, checklists: 2,
            sentence: """
                Nothing is running, one run and two checklists wait for you, two runs failed in the last 24 hours.
                """),
        Case(
            yours: 1, failed: 12,
            sentence: "Nothing is running, one run waits for you, twelve failed in the last 24 hours."),
        Case(
            others: 1, failed: 13,
            sentence: "Nothing is running, one run waits for somebody else, 13 failed in the last 24 hours."),
        Case(
            yours: 1, others: 3,
            sentence: """
                Nothing is running, one run waits for you, three wait for somebody else, nothing failed in the last 24 hours.
                """),
        Case(
            failed: 1,
            sentence: "Nothing is running, nothing waits for anybody, one run failed in the last 24 hours."),
        Case(
            failed: 2, isRecovered: true,
            sentence: """
                Nothing is running, nothing waits for anybody, two runs failed in the last 24 hours, what failed has \
                succeeded since.
                """),
        Case(
            queued: 1,
            sentence: """
                One run waits for a free worker, nothing waits for anybody, nothing failed in the last 24 hours.
                """),
        Case(
            queued: 40,
            sentence: "40 runs wait for a free worker, nothing waits for anybody, nothing failed in the last 24 hours."),
        Case(
            running: 4, queued: 1,
            sentence: """
                Four runs are going, one is queued, nothing waits for anybody, nothing failed in the last 24 hours.
                """),
        Case(
            running: 1, queued: 5, failed: 3,
            sentence: "One run is going, five are queued, nothing waits for anybody, three failed in the last 24 hours."
        ),
    ])
    func `the sentence agrees in number`(_ sample: Case) {
        #expect(sample.now.sentence == sample.sentence)
    }

    @Test func `each line leads to what it tells of`() throws {
        let page = try read(samples.now)
        #expect(
            page.all("h2").map { $0.content.trimmingCharacters(in: .whitespaces) } == [
                "What burns 3", "Waiting for you 2", "Waiting for somebody 1", "Running 2",
                "Failed in the last 24 hours 3", "Lately",
            ])
        let burning = page.all("[id=page-burning-lines] li")
        #expect(burning.last?.all("a").first?.attribute("href") == "/incidents")
        let running = page.all("[id=page-running-lines] li")
        #expect(running.map { $0.all(".state").map(\.content) } == [["running"], ["queued"]])
        #expect(running.first?.all("a").first?.attribute("href") == "/runs/01j9zk4m7c0vxw5t3n8q2r6hyd")
        #expect(running.first?.all("[data-since]").map(\.content) == ["6 min 40 s"])
        let failed = page.all("[id=page-failed-lines] li")
        #expect(failed.map { $0.all("a.state").map(\.content) } == [[], ["succeeded since"], []])
        #expect(failed.last?.all("a").first?.attribute("href") == "/runs?state=failed")
        #expect(page.all("[id=page-lately-lines] li").map(\.content) == ["Nothing has succeeded yet."])
    }

    @Test func `the lines of a section are told apart`() throws {
        for list in try read(samples.now).all("ul[data-live=rows]") {
            let keys = list.all("li").compactMap { $0.attribute("data-key") }
            #expect(Set(keys).count == list.all("li").count)
        }
    }

    @Test func `an empty installation teaches the command that begins, to who may`() throws {
        func commands(_ beginning: Now.Beginning, mayOperate: Bool = false, mayImport: Bool = false) throws -> [String]
        {
            let page = try read(
                NowPage(
                    Now(at: samples.at(0), beginning: beginning), mayOperate: mayOperate, mayImport: mayImport, head: 0,
                    reader: samples.reader))
            #expect(page.all(".teach h2").count == 1)
            #expect(page.all("section.section").isEmpty)
            return page.all(".command code").map(\.content)
        }
        #expect(try commands(.importing, mayOperate: true, mayImport: true) == ["runbook import FILE.md"])
        #expect(try commands(.importing, mayOperate: true) == [])
        #expect(try commands(.running("a.b"), mayOperate: true) == ["runbook exec a.b"])
        #expect(try commands(.running("a.b")) == [])
    }
}
