import Foundation
import Testing

/// A step that writes numbered lines on both streams and notes each write that it has done in a synced file beside.
struct Lines: Sendable {
    let server: Server
    let count: Int
    let name = "lines"

    /// While this file is there, a step waits before its last lines.
    var hold: String { server.folder + "/hold" }

    /// Stores the runbook.
    /// - Parameter followed: whether a second step comes after the lines.
    init(on server: Server, count: Int, followed: Bool) async throws {
        self.server = server
        self.count = count
        let script = """
            import os, sys, time
            side = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            for i in range(int(sys.argv[2])):
                # Whoever holds it wants it alive.
                while i == int(sys.argv[2]) - 1 and os.path.exists(sys.argv[3]):
                    time.sleep(0.005)
                for stream, name in ((1, b"out"), (2, b"err")):
                    line = b"%s %d\\n" % (name, i)
                    os.write(stream, line)
                    os.write(side, line)
                    os.fsync(side)
            # Time to be killed in, between the last line and the end.
            time.sleep(0.03)
            """
        try write(script, to: server.folder + "/lines.py")
        let last = followed ? "\n```sh {name=after}\necho after\n```\n" : ""
        try await server.store(
            name,
            """
            # Lines

            ```sh {name=lines}
            exec python3 \(server.folder)/lines.py \(server.folder)/side-$RUNBOOK_RUN \(count) \(hold)
            ```
            \(last)
            """)
    }

    /// The writes that the step has noted so far.
    func noted(by run: String) throws -> [String] {
        let side = "\(server.folder)/side-\(run)"
        return exists(side) ? try content(side).split(separator: "\n").map(String.init) : []
    }

    /// What was killed during a run.
    enum Victim: String, CaseIterable, Sendable {
        case server, shim, step
    }

    /// Waits for the run's end and holds the record against what the step has noted.
    /// - Returns: the state of the attempt that wrote the lines.
    @discardableResult
    func check(_ id: String, killed victim: Victim) async throws -> String {
        let run = try await server.settled(id)
        let noted = try noted(by: id)
        let attempts = run["steps"][0]["attempts"].items
        #expect(attempts.count == 1)
        let state = try #require(attempts[0]["state"].string)
        let mayEndEarly = attempts[0]["output_may_end_early"].bool
        for (stream, name) in [("stdout", "out"), ("stderr", "err")] {
            let text = try await server.output(of: id, stream, step: "lines")
            let whole = (0..<count).map { "\(name) \($0)\n" }.joined()
            #expect(whole.hasPrefix(text), "no gap, nothing doubled, in order: \(text)")
            let written = noted.filter { $0.hasPrefix(name) }
            #expect(written == (0..<written.count).map { "\(name) \($0)" }, "the step ran once")
            let stored = text.count { $0 == "\n" }
            if victim == .shim && state == "unknown" {
                #expect(stored <= written.count + 1, "nothing that was not written")
            } else {
                // The last write may have been done, but not noted any more.
                #expect(stored == written.count || stored == written.count + 1, "all that was written")
            }
        }
        let runState = run["state"].string
        switch state {
        case "unknown":
            #expect(victim == .shim && runState == "interrupted", "\(run)")
            #expect(mayEndEarly == true || noted.isEmpty)
        case "failed":
            #expect(victim == .step && attempts[0]["signal"].int == 9 && runState == "failed", "\(run)")
        default:
            #expect(state == "succeeded" && runState == "succeeded" && noted.count == 2 * count, "\(run)")
            #expect(mayEndEarly == false)
            for step in run["steps"].items { #expect(step["attempts"].items.count == 1, "each step ran once") }
        }
        return state
    }
}

/// Sebastiano Vigna's SplitMix: the same numbers for the same seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
