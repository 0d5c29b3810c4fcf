import Essentials
import HTTPTypes
import Testing

@testable import Server

/// How often somebody may ask.
@Suite struct RateLimitTests {
    private static let start = Timestamp(microseconds: 1_768_811_400_000_000)

    /// How many of so many tries at one moment are let through.
    private static func taken(_ limits: RateLimits, _ who: String, _ rate: RateLimits.Rate, tries: Int = 1000) -> Int {
        (0..<tries).count { _ in
            do {
                try limits.take(of: who, rate)
                return true
            } catch {
                return false
            }
        }
    }

    @Test func `a stranger may ask a hundred times a minute`() {
        let clock = Clock(Self.start)
        let limits = RateLimits(time: TimeSource { clock.now })
        #expect(Self.taken(limits, "a", .stranger) == 100)
        #expect(Self.taken(limits, "b", .stranger) == 100)
        clock.advance(by: .seconds(30))
        #expect(Self.taken(limits, "a", .stranger) == 50)
        clock.advance(by: .seconds(3600))
        #expect(Self.taken(limits, "a", .stranger) == 100)
    }

    @Test func `who is signed in may ask a hundred times a second`() {
        let clock = Clock(Self.start)
        let limits = RateLimits(time: TimeSource { clock.now })
        #expect(Self.taken(limits, "a", .signedIn) == 100)
        clock.advance(by: .seconds(1))
        #expect(Self.taken(limits, "a", .signedIn) == 100)
    }

    @Test func `a clock that is turned back gives nothing and takes nothing`() {
        let clock = Clock(Self.start)
        let limits = RateLimits(time: TimeSource { clock.now })
        #expect(Self.taken(limits, "a", .stranger, tries: 50) == 50)
        clock.advance(by: .seconds(-3600))
        #expect(Self.taken(limits, "a", .stranger) == 50)
    }

    @Test(arguments: [
        (HTTPRequest.Method.get, "/api/v1/me", Body.none), (.get, "/first-admin", .none),
        (.post, "/session", .json(["name": "nobody", "password": "wrong"])),
    ]) func `a stranger who asks too often is told to wait`(
        _ method: HTTPRequest.Method, _ path: String, _ body: Body
    ) async throws {
        let installation = try await Installation { $0.isRateLimited = true }
        try await installation.test { caller in
            var answer = try await caller.send(method, path, body)
            // The bucket refills while this asks; nobody is slow enough for that to go on.
            for _ in 0..<10_000 where answer.status != 429 { answer = try await caller.send(method, path, body) }
            #expect(answer.status == 429)
            #expect(answer.headers[.retryAfter] == "60")
        }
    }
}
