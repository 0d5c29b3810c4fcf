import Foundation
import Testing

extension Storm {
    /// What was killed so far, by attempt.
    struct Deaths: Sendable {
        var shims: Set<String> = []
        var steps: Set<String> = []
    }

    /// Holds the record of a run that is over against what its steps have noted.
    /// - Returns: how many of its attempts ended in each way.
    func check(_ id: String, _ deaths: Deaths) async throws -> [String: Int] {
        let run = try await server.run(id)
        let events = try await events(of: id)
        let attempts = try await check(run, events, deaths)
        let isRejected = run["state"].string == "rejected"
        for step in run["steps"].items {
            let name = try #require(step["id"].string)
            var expected = ["succeeded"]
            if isRejected {
                // A run that was rejected is not resumed, so that its cleanup may end as those who killed it left it.
                let ends = ["ship": ["queued"], Self.gate: ["rejected"], "tidy": ["succeeded", "failed"]]
                expected = ends[name] ?? expected
            }
            #expect(expected.contains(step["state"].string ?? ""), "\(name): \(run)")
        }
        expectOrder(events, isRejected: isRejected)
        return attempts
    }

    private func events(of run: String) async throws -> [JSON] {
        var events: [JSON] = []
        while true {
            let answer = try await server.wire.get(
                "/api/v1/journal?object=run/\(run)&limit=200&after=\(events.last?["seq"].int ?? 0)")
            let items = try answer.json["items"].items
            if items.isEmpty { return events }
            events += items
        }
    }

    private func check(_ run: JSON, _ events: [JSON], _ deaths: Deaths) async throws -> [String: Int] {
        let id = try #require(run["id"].string)
        let chunks = try await server.chunks(of: id)
        #expect(chunks.map { $0["n"].int } == (0..<chunks.count).map { $0 + 1 }, "each piece once, in its order")
        let started = events.filter { $0["kind"].string == "step.started" }
        let finished = events.filter { $0["kind"].string == "step.finished" }
        let ids = started.compactMap { $0["data"]["attempt"].string }
        #expect(Set(ids).count == ids.count, "no attempt starts twice")
        #expect(ids.sorted() == finished.compactMap { $0["data"]["attempt"].string }.sorted(), "each ends once")
        var counts: [String: Int] = [:]
        for writer in Self.writers {
            let step = try #require(run["steps"].items.first { $0["id"].string == writer.name })
            let records = step["attempts"].items
            #expect(records.compactMap { $0["number"].int } == (0..<records.count).map { $0 + 1 })
            for record in records {
                let number = record["number"].int
                let event = started.first {
                    $0["data"]["step"].string == writer.name && $0["data"]["number"].int == number
                }
                let attempt = try #require(event?["data"]["attempt"].string)
                let own = chunks.filter { $0["step"].string == writer.name && $0["attempt"].int == number }
                let end = try check(record, attempt, of: writer, own, deaths)
                counts[end, default: 0] += 1
            }
            let failures = records.count { $0["exit_status"].int == Self.failure }
            #expect(failures <= (writer.failsFirst ? 1 : 0), "\(step)")
        }
        return counts
    }

    /// - Returns: how the attempt ended.
    private func check(
        _ record: JSON, _ attempt: String, of writer: Writer, _ chunks: [JSON], _ deaths: Deaths
    ) throws -> String {
        let state = try #require(record["state"].string)
        let side = "\(server.folder)/side-\(attempt)"
        let noted = exists(side) ? try content(side).split(separator: "\n").map(String.init) : []
        for (stream, name) in [("stdout", "out"), ("stderr", "err")] {
            let stored = chunks.filter { $0["stream"].string == stream }
                .reduce(into: [UInt8]()) { $0 += Array(($1["text"].string ?? "").utf8) }
            let whole = Self.bytes(name, 0..<writer.blocks * writer.lines)
            #expect(whole.starts(with: stored), "\(writer.name) \(attempt): no gap, nothing doubled, in order")
            let blocks = noted.count { $0.hasPrefix(name) }
            #expect(
                noted.filter { $0.hasPrefix(name) } == (0..<blocks).map { "\(name) \($0)" }, "the attempt ran once")
            // The last block may have been written, or a part of it, and not noted any more.
            let most = Self.bytes(name, 0..<min(blocks + 1, writer.blocks) * writer.lines).count
            #expect(stored.count <= most, "\(writer.name) \(attempt): nothing that was not written")
            guard state != "unknown" else { continue }
            let least = Self.bytes(name, 0..<blocks * writer.lines).count
            #expect(stored.count >= least, "\(writer.name) \(attempt): all that was written: \(record)")
        }
        switch state {
        case "unknown":
            #expect(deaths.shims.contains(attempt), "\(writer.name) \(attempt): \(record)")
            #expect(record["output_may_end_early"].bool == true || noted.isEmpty, "\(record)")
            return state
        case "failed" where record["signal"].int == 9:
            #expect(deaths.steps.contains(attempt), "\(writer.name) \(attempt): \(record)")
            return "killed"
        case "failed":
            #expect(record["exit_status"].int == Self.failure && writer.failsFirst, "\(record)")
        default: #expect(state == "succeeded", "\(record)")
        }
        #expect(noted.count == 2 * writer.blocks, "\(writer.name) \(attempt): \(record)")
        #expect(record["output_may_end_early"].bool == false, "\(record)")
        return state
    }

    private static func bytes(_ name: String, _ lines: Range<Int>) -> [UInt8] {
        lines.reduce(into: []) { $0 += Array("\(name) \($1)\n".utf8) }
    }

    /// Nothing begins before what it comes after is done, and nothing behind the gate before it was opened.
    private func expectOrder(_ events: [JSON], isRejected: Bool) {
        func places(_ kind: String, _ step: String) -> [Int] {
            events.indices.filter { events[$0]["kind"].string == kind && events[$0]["data"]["step"].string == step }
        }
        let begun = places("step.started", "ship").first
        let opened = places("step.approved", Self.gate)
        guard !isRejected else {
            #expect(begun == nil && opened.isEmpty, "nothing ships that was rejected")
            return
        }
        #expect(opened.count == 1, "it is approved once")
        if let begun, let opened = opened.first {
            #expect(opened < begun)
            for step in Self.gated {
                #expect(places("step.started", step).allSatisfy { $0 < opened }, "\(step) is done when it is approved")
            }
        }
        if let flaky = places("step.started", "flaky").first, let left = places("step.finished", "left").last {
            #expect(left < flaky, "flaky begins when left is done")
        }
    }
}
