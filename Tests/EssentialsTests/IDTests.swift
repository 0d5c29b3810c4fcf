import Essentials
import Foundation
import Testing

struct `Identifiers` {
    private enum Thing {}

    @Test func `an id is 26 lower-case characters without those that are mistaken for others`() {
        let id = ID<Thing>(at: Timestamp(microseconds: 1_768_811_400_000_000))
        #expect(id.rawValue.utf8.count == 26)
        #expect(id.rawValue.allSatisfy { "0123456789abcdefghjkmnpqrstvwxyz".contains($0) })
    }

    @Test func `ids sort by the millisecond in which they were made`() {
        let times: [Int64] = [
            0, 1_000, 31_000, 32_000, 1_768_811_400_000_000, 1_768_811_400_001_000, 9_999_999_999_999_000,
        ]
        let ids = times.map { ID<Thing>(at: Timestamp(microseconds: $0)) }
        #expect(ids == ids.sorted())
        #expect(ids.map(\.rawValue) == ids.map(\.rawValue).sorted())
    }

    @Test func `the first ten characters are the milliseconds, as ULID lays them out`() {
        // From the specification's own example: 1469918176385 is 01ARYZ6S41.
        let id = ID<Thing>(at: Timestamp(microseconds: 1_469_918_176_385_000))
        #expect(id.rawValue.hasPrefix("01aryz6s41"))
    }

    @Test func `a lower bound divides the ids of a time from those before`() {
        func moment(_ milliseconds: Int64) -> Timestamp { Timestamp(microseconds: milliseconds * 1000) }
        let bound = ID<Thing>.lowerBound(at: moment(1_469_918_176_385))
        #expect(bound == "01aryz6s41")
        for _ in 0..<100 {
            #expect(ID<Thing>(at: moment(1_469_918_176_384)).rawValue < bound)
            #expect(ID<Thing>(at: moment(1_469_918_176_385)).rawValue > bound)
        }
    }

    @Test func `a thousand ids of one instant are a thousand`() {
        let now = Timestamp(microseconds: 1)
        #expect(Set((0..<1000).map { _ in ID<Thing>(at: now) }).count == 1000)
    }

    @Test func `a time before 1970 makes an id all the same`() {
        #expect(ID<Thing>(at: Timestamp(microseconds: -5)).rawValue.hasPrefix("0000000000"))
    }

    @Test func `an id is a plain string in JSON`() throws {
        let ids = [ID<Thing>("one"), ID<Thing>("two")]
        let data = try JSONEncoder().encode(ids)
        #expect(String(decoding: data, as: UTF8.self) == #"["one","two"]"#)
        #expect(try JSONDecoder().decode([ID<Thing>].self, from: data) == ids)
    }
}
