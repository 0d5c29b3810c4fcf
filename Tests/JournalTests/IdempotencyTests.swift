import Essentials
import Foundation
import Journal
import Storage
import Testing

struct `A repeated request` {
    let fixture: Fixture
    let idempotency: Idempotency
    private let answer = Idempotency.Answer(
        status: 201, contentType: "application/json", location: "/api/v1/runs/1", body: Data(#"{"id":"1"}"#.utf8))

    init() throws {
        fixture = try Fixture()
        idempotency = Idempotency(database: fixture.database, time: fixture.clock.source)
    }

    private func key(_ key: String = "k", fingerprint: String = "f", request: String) -> IdempotencyKey {
        IdempotencyKey(key: key, fingerprint: fingerprint, request: request)
    }

    private func principal(_ key: IdempotencyKey, id: String = "01ada") -> Principal {
        Principal(kind: .person, id: id, name: "Ada", permissions: [.read], via: .api, idempotency: key)
    }

    @Test func `it is answered as the first time, and changes nothing`() async throws {
        let first = key(request: "1")
        #expect(try await idempotency.earlier(first, of: principal(first)) == nil)
        try await fixture.append(Event("run.started"), by: principal(first))
        try await idempotency.keep(answer, for: first, of: principal(first))
        let second = key(request: "2")
        #expect(try await idempotency.earlier(second, of: principal(second)) == .answered(answer))
        #expect(try await fixture.journal.head()?.seq == 1)
    }

    @Test func `with a key of another request it is refused`() async throws {
        let first = key(request: "1")
        try await fixture.append(Event("run.started"), by: principal(first))
        try await idempotency.keep(answer, for: first, of: principal(first))
        let other = key(fingerprint: "another", request: "2")
        let early = await #expect(throws: Problem.self) {
            try await idempotency.earlier(other, of: principal(other))
        }
        #expect(early?.message.contains("was used for another request") == true)
        // Also when both were on their way at once, and only the change itself meets the claim.
        let late = await #expect(throws: Problem.self) {
            try await fixture.append(Event("run.started"), by: principal(other))
        }
        #expect(late == early)
        #expect(try await fixture.journal.head()?.seq == 1)
    }

    @Test func `after a crash before the answer was kept it says that it was carried out, and as which event`()
        async throws
    {
        let first = key(request: "1")
        try await fixture.append(3)
        try await fixture.append(Event("run.started"), by: principal(first))
        let again = key(request: "2")
        #expect(try await idempotency.earlier(again, of: principal(again)) == .lost(event: 4))
        #expect(Idempotency.lost(4).message.contains("event 4 on the journal"))
    }

    @Test func `twenty at once have one effect`() async throws {
        let fixture = fixture
        let principals = (0..<20).map { principal(key(request: "\($0)")) }
        let outcomes = await withTaskGroup(of: Problem?.self) { group in
            for principal in principals {
                group.addTask {
                    do {
                        try await fixture.append(Event("run.started"), by: principal)
                        return nil
                    } catch {
                        return error as? Problem ?? .unavailable("\(error)")
                    }
                }
            }
            return await group.reduce(into: [Problem?]()) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == nil } == 1)
        #expect(outcomes.compactMap { $0 }.allSatisfy { $0.code == .conflict && $0.message.contains("at this moment") })
        #expect(try await fixture.journal.head()?.seq == 1)
    }

    @Test func `all events of one request share its key`() async throws {
        let principal = principal(key(request: "1"))
        let journal = fixture.journal
        try await fixture.database.write { transaction in
            try journal.append(Event("run.started"), by: principal, in: transaction)
            try journal.append(Event("step.started"), by: principal, in: transaction)
        }
        try await fixture.append(Event("run.finished"), by: principal)
        #expect(try await fixture.journal.head()?.seq == 3)
    }

    @Test func `somebody else's key of the same text is another key`() async throws {
        let first = key(request: "1")
        try await fixture.append(Event("run.started"), by: principal(first))
        try await idempotency.keep(answer, for: first, of: principal(first))
        let second = key(fingerprint: "another", request: "2")
        #expect(try await idempotency.earlier(second, of: principal(second, id: "01bob")) == nil)
        try await fixture.append(Event("run.started"), by: principal(second, id: "01bob"))
    }

    @Test func `a change that failed leaves its key free`() async throws {
        struct Failure: Error {}
        let (journal, first) = (fixture.journal, principal(key(request: "1")))
        await #expect(throws: Failure.self) {
            try await fixture.database.write { transaction in
                try journal.append(Event("run.started"), by: first, in: transaction)
                throw Failure()
            }
        }
        try await fixture.append(Event("run.started"), by: principal(key(request: "2")))
    }

    @Test func `a key is remembered for a day`() async throws {
        let first = key(request: "1")
        try await fixture.append(Event("run.started"), by: principal(first))
        try await idempotency.keep(answer, for: first, of: principal(first))
        let second = key(fingerprint: "another", request: "2")
        fixture.clock.advance(by: Idempotency.memory - .seconds(1))
        #expect(try await idempotency.earlier(key(request: "3"), of: principal(first)) == .answered(answer))
        fixture.clock.advance(by: .seconds(1))
        #expect(try await idempotency.earlier(second, of: principal(second)) == nil)
        try await fixture.append(Event("run.started"), by: principal(second))
    }

    @Test func `an answer is kept for the request that made the claim, and no other`() async throws {
        let first = key(request: "1")
        try await fixture.append(Event("run.started"), by: principal(first))
        let second = key(request: "2")
        try await idempotency.keep(answer, for: second, of: principal(second))
        #expect(try await idempotency.earlier(second, of: principal(second)) == .lost(event: 1))
    }
}
