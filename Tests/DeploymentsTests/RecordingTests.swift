import Deployments
import Essentials
import Journal
import Testing

@Suite struct RecordingTests {
    private let fixture: Fixture

    init() throws { fixture = try Fixture() }

    private func order(
        _ version: String = "v1", _ state: DeploymentState = .succeeded, external: String? = nil
    ) -> RecordOrder {
        var order = RecordOrder(service: "accunode", environment: "production", version: version, state: state)
        order.externalID = external
        return order
    }

    private func record(_ order: RecordOrder) async throws -> (record: DeploymentRecord, recording: Recording) {
        try await fixture.deployments.record(order, by: fixture.mira)
    }

    private func problem(_ order: RecordOrder) async throws -> Problem {
        try #require(await #expect(throws: Problem.self) { try await record(order) })
    }

    @Test func `the same told twice is one deployment`() async throws {
        let first = try await record(order(external: "pipeline/7"))
        let second = try await record(order(external: "pipeline/7"))
        #expect(first.recording == .new && second.recording == .same)
        #expect(first.record.id == second.record.id)
        #expect(try await fixture.kinds(of: first.record.id) == ["deployment.recorded"])
        // Without a name of its own each is another one.
        #expect(try await record(order()).record.id != record(order()).record.id)
    }

    @Test func `a start told first gets its end later`() async throws {
        let started = try await record(order("v1", .running, external: "7")).record
        #expect(started.state == .running && started.facts.finished == nil)
        let ended = try await record(order("v1", .failed, external: "7"))
        #expect(ended.recording == .changed && ended.record.state == .failed)
        #expect(ended.record.facts.failed == ended.record.facts.finished)
        let back = try await record(order("v1", .rolledBack, external: "7")).record
        #expect(back.state == .rolledBack && back.facts.failed == ended.record.facts.failed)
        #expect(
            try await fixture.kinds(of: started.id) == [
                "deployment.recorded", "deployment.failed", "deployment.rolled-back",
            ])
        let again = try await problem(order("v1", .succeeded, external: "7"))
        #expect(again.code == .conflict && again.message.contains("rolled-back already"))
    }

    @Test func `the same name for another version is a conflict`() async throws {
        _ = try await record(order("v1", external: "7"))
        let problem = try await problem(order("v2", external: "7"))
        #expect(problem.code == .conflict && problem.message.contains("v1"))
    }

    @Test func `only one goes on at a time, and the other one is named`() async throws {
        let first = try await record(order("v1", .running)).record
        let problem = try await problem(order("v2", .running))
        #expect(problem.code == .conflict)
        #expect(problem.message.contains("accunode v1 to production is running"))
        #expect(problem.fields == [.init(name: "deployment", message: first.id.rawValue)])
        // What is over elsewhere is a fact all the same.
        #expect(try await record(order("v2", .succeeded)).recording == .new)
    }

    @Test func `ten at once make one`() async throws {
        let results = await withTaskGroup(of: Bool.self) { group in
            for number in 1...10 {
                group.addTask { [fixture] in
                    var order = RecordOrder(service: "accunode", environment: "production", version: "v\(number)")
                    order.state = .running
                    do {
                        _ = try await fixture.deployments.record(order, by: fixture.mira)
                        return true
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.count(where: \.self) == 1)
        #expect(try await fixture.deployments.underWay(by: fixture.mira).count == 1)
    }

    @Test func `the good version before it is on the record`() async throws {
        _ = try await record(order("v1"))
        #expect(try await record(order("v2", .failed)).record.facts.previous_version == "v1")
        #expect(try await record(order("v3")).record.facts.previous_version == "v1")
        #expect(try await record(order("v4")).record.facts.previous_version == "v3")
    }

    @Test func `times that can't be are refused, each with its field, and nothing is kept`() async throws {
        var late = order()
        late.started = Timestamp(microseconds: .max / 2)
        #expect(try await problem(late).fields.map(\.name) == ["started"])
        var turned = order()
        turned.started = Timestamp(microseconds: 2_000_000)
        turned.finished = Timestamp(microseconds: 1_000_000)
        #expect(try await problem(turned).fields.map(\.name) == ["finished"])
        var running = order("v1", .running)
        running.finished = Timestamp(microseconds: 1_000_000)
        #expect(try await problem(running).fields.map(\.name) == ["finished"])
        let empty = RecordOrder(service: " ", environment: "Pro duction", version: "", state: .waiting)
        #expect(
            Set(try await problem(empty).fields.map(\.name)) == ["service", "environment", "version", "state"])
        #expect(try await fixture.deployments.deployments(PageRequest(), by: fixture.mira).items.isEmpty)
    }

    @Test func `what was made elsewhere can be aborted here, but neither promoted nor rolled back`() async throws {
        let id = try await record(order("v1", .running)).record.id
        let (deployments, mira) = (fixture.deployments, fixture.mira)
        let promotion = await #expect(throws: Problem.self) { try await deployments.promote(id, by: mira) }
        #expect(promotion?.message.contains("made elsewhere") == true)
        let rollback = await #expect(throws: Problem.self) {
            try await deployments.rollBack(id, reason: "bad", by: mira)
        }
        #expect(rollback?.code == .conflict)
        #expect(try await deployments.abort(id, reason: nil, by: mira).state == .aborted)
        #expect(try await deployments.abort(id, reason: nil, by: mira).state == .aborted)
        #expect(try await fixture.kinds(of: id) == ["deployment.recorded", "deployment.aborted"])
    }

    @Test func `lists are newest first, by page, and narrowed`() async throws {
        for version in ["v1", "v2", "v3"] { _ = try await record(order(version)) }
        var elsewhere = order("v4", .failed)
        elsewhere.environment = "staging"
        _ = try await record(elsewhere)
        let deployments = fixture.deployments
        let first = try await deployments.deployments(PageRequest(limit: 3), by: fixture.mira)
        #expect(first.items.map(\.facts.version) == ["v4", "v3", "v2"])
        let rest = try await deployments.deployments(PageRequest(limit: 3, after: first.next), by: fixture.mira)
        #expect(rest.items.map(\.facts.version) == ["v1"] && rest.next == nil)
        for (filter, count) in [
            (DeploymentFilter(service: "accunode"), 4), (.init(service: "other"), 0),
            (.init(environment: "staging"), 1),
            (.init(service: "accunode", environment: "production"), 3), (.init(state: .failed), 1),
            (.init(service: "accunode", environment: "staging", state: .succeeded), 0),
        ] {
            let found = try await deployments.deployments(PageRequest(), filter, by: fixture.mira).items
            #expect(found.count == count)
        }
    }

    @Test func `figures come from the records of each service and environment`() async throws {
        _ = try await record(order("v1"))
        _ = try await record(order("v2", .failed))
        _ = try await record(order("v3"))
        _ = try await record(order("v4", .aborted))
        var other = order("v9")
        other.service = "orders"
        _ = try await record(other)
        let deployments = fixture.deployments
        let figures = try await deployments.figures(by: fixture.mira)
        #expect(figures.map(\.service) == ["accunode", "orders"])
        #expect(figures[0].deployments == 3 && figures[0].failures == 1 && figures[0].open == 0)
        #expect(try await deployments.figures(service: "orders", by: fixture.mira).map(\.deployments) == [1])
        for days in [0, 367] {
            let problem = await #expect(throws: Problem.self) {
                try await deployments.figures(days: days, by: fixture.mira)
            }
            #expect(problem?.fields.map(\.name) == ["days"])
        }
    }

    @Test func `what runs where is the last that went well, beside what came after it`() async throws {
        _ = try await record(order("v1"))
        _ = try await record(order("v2", .failed))
        var staging = order("v3", .running)
        staging.environment = "staging"
        _ = try await record(staging)
        let places = try await fixture.deployments.runningVersions(of: "accunode", by: fixture.mira)
        #expect(places.map(\.environment) == ["production", "staging"])
        #expect(places.map(\.good?.version) == ["v1", nil])
        #expect(places.map(\.latest.version) == ["v2", "v3"])
        #expect(try await fixture.deployments.runningVersions(of: "other", by: fixture.mira).isEmpty)
    }

    @Test func `a viewer sees, and records nothing`() async throws {
        let viewer = Fixture.person("vera", [.read])
        let problem = await #expect(throws: Problem.self) {
            try await fixture.deployments.record(order(), by: viewer)
        }
        #expect(problem?.code == .forbidden)
        #expect(try await fixture.deployments.deployments(PageRequest(), by: viewer).items.isEmpty)
    }
}
