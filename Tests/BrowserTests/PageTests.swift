import Foundation
import Testing

/// The pages in a real browser, on a real server, one program of `Pages` for each area. A program says line by line what
/// it claims; that none is left out is held by their number.
@Suite(.serialized, .runningServer) struct PageTests {
    private let server: Server
    private static let seeds = ProcessInfo.processInfo.environment["RUNBOOK_SEEDS"]

    init() throws { server = try #require(Server.running) }

    @Test func `the first admin's link leads to a session, once`() throws {
        try expect(server.beginning, claims: 14)
    }

    // Before the others, whose guides would stand in its pictures.
    @Test func `every page in every state can be read and pressed by everybody`() async throws {
        try await expect("looks.py", claims: 698)
    }

    @Test func `one signs in and out`() async throws {
        try await expect("signing_in.py", claims: 22)
    }

    @Test func `the first page says what runs, waits and failed, live`() async throws {
        try await expect("now.py", claims: 45)
    }

    @Test func `every heading, fence and item of a guide is found as text`() async throws {
        try await expect("guides.py", [Program.path(of: "guide.md")], claims: 8)
    }

    @Test func `a guide is pleasant to read, with scripts and without, on a desk and on a phone`() async throws {
        try await expect("leafing.py", claims: 35)
    }

    @Test(.enabled(if: seeds != nil, "RUNBOOK_SEEDS names no folder of guides"))
    func `every heading, fence and item of the seeds is found as text`() async throws {
        let folder = URL(filePath: try #require(Self.seeds))
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".txt") }.sorted().map { folder.appending(path: $0).path }
        try #require(files.count == 5)
        try await expect("guides.py", files, claims: 5 * files.count + 2)
    }

    @Test func `a form asks for every kind of parameter`() async throws {
        try await expect("form.py", claims: 32)
    }

    @Test func `a run is seen while it runs`() async throws {
        try await expect("live.py", claims: 19)
    }

    @Test func `a step with many lines is leafed through, without scripts too`() async throws {
        try await expect("paging.py", claims: 14)
    }

    @Test func `a run is cancelled, resumed and judged by clicking`() async throws {
        try await expect("steering.py", claims: 31)
    }

    @Test func `a checklist is worked through by several people and by checks`() async throws {
        try await expect("checklists.py", claims: 136)
    }

    @Test func `a deployment is started, approved by two others and rolled back by clicking`() async throws {
        try await expect("deploying.py", claims: 44)
    }

    @Test func `an incident is live in every browser, and attacks in it do nothing`() async throws {
        try await expect("incidents.py", claims: 32)
    }

    @Test func `the story of a go-live comes out right, with scripts and without`() async throws {
        try await expect("story.py", claims: 23)
    }

    @Test func `the journal is live, filtered and verified`() async throws {
        try await expect("journal.py", claims: 20)
    }

    @Test func `what one types is found at once, and where it stands`() async throws {
        try await expect("searching.py", claims: 8)
    }

    @Test func `a viewer is offered nothing that would be refused`() async throws {
        try await expect("viewing.py", claims: 10)
    }

    @Test func `times are in the reader's zone`() async throws {
        try await expect("times.py", claims: 11)
    }

    @Test func `attacks in guides, output and notes run nothing`() async throws {
        try await expect("attacks.py", claims: 59)
    }

    @Test func `attacks in guides and output do nothing in a terminal`() async throws {
        try await expect("terminal.py", ["/proc/\(server.pid)/exe"], claims: 30)
    }

    @Test func `a run that waits for people is answered in terminal and browser`() async throws {
        try await expect("answering.py", ["/proc/\(server.pid)/exe"], claims: 23)
    }

    @Test func `every page is walked by keyboard alone`() async throws {
        try await expect("keyboard.py", claims: 142)
    }

    @Test func `every page says and does the same without scripts`() async throws {
        try await expect("quiet.py", claims: 146)
    }

    @Test func `the checks find the faults that are planted for them`() async throws {
        try await expect("finding.py", claims: 16)
    }

    private func expect(_ program: String, _ arguments: [String] = [], claims count: Int) async throws {
        try expect(try await server.run(program, arguments), claims: count)
    }

    private func expect(_ program: Program.Ended, claims count: Int) throws {
        for claim in program.claims {
            #expect(claim.holds, "\(claim.words)")
        }
        #expect(program.status == 0, "\(program.error)")
        #expect(program.claims.count == count)
    }
}
