import Foundation
import Testing

/// A runbook with all that the engine does at once: steps beside each other, tries, an approval, much output, and a cleanup.
///
/// Each of its steps writes numbered lines in blocks, and notes each block in a synced file beside, one for each attempt.
struct Storm: Sendable {
    struct Writer: Sendable {
        let name: String
        let attributes: String
        let blocks: Int
        /// Of each block, on each stream.
        let lines: Int
        /// Its first attempt fails once it has written everything.
        var failsFirst = false
        var isIdempotent = false
    }

    static let name = "storm"
    static let gate = "go"
    static let failure = 3
    /// In the order of the document; the gate stands before the one that ships.
    static let writers = [
        Writer(name: "left", attributes: "parallel retries=2 backoff=150ms", blocks: 30, lines: 1),
        Writer(
            name: "right", attributes: "parallel retries=2 backoff=150ms idempotent", blocks: 30, lines: 1,
            isIdempotent: true),
        Writer(name: "bulk", attributes: "parallel retries=2 backoff=150ms", blocks: 30, lines: 1000),
        Writer(name: "flaky", attributes: "needs=left retries=3 backoff=150ms", blocks: 5, lines: 1, failsFirst: true),
        Writer(name: "ship", attributes: "needs=\(gate) retries=1 backoff=150ms", blocks: 10, lines: 1),
        Writer(name: "tidy", attributes: "always retries=2 backoff=150ms", blocks: 5, lines: 1),
    ]
    static let gated = ["left", "right", "bulk", "flaky"]

    let server: Server
    /// Somebody else than the one who starts.
    let approver: String

    init(on server: Server) async throws {
        self.server = server
        approver = try await server.token(of: "mira")
        let script = """
            import os, sys, time
            folder, blocks, lines, fails = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "fails"
            def noted(path):
                return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            side = noted(folder + "/side-" + os.environ["RUNBOOK_ATTEMPT"])
            for i in range(blocks):
                for stream, name in ((1, b"out"), (2, b"err")):
                    text = b"".join(b"%s %d\\n" % (name, i * lines + j) for j in range(lines))
                    while text:
                        text = text[os.write(stream, text):]
                    os.write(side, b"%s %d\\n" % (name, i))
                    os.fsync(side)
                # Time to be killed in.
                time.sleep(0.01)
            first = folder + "/failed-" + os.environ["RUNBOOK_RUN"]
            if fails and not os.path.exists(first):
                os.fsync(noted(first))
                sys.exit(\(Self.failure))
            """
        try write(script, to: server.folder + "/storm.py")
        var guide = "# Storm\n"
        for writer in Self.writers {
            if writer.name == "ship" {
                guide +=
                    "\n```approval {name=\(Self.gate) not-starter needs=\(Self.gated.joined(separator: ","))}\nShip?\n```\n"
            }
            guide += """

                ```sh {name=\(writer.name) \(writer.attributes)}
                exec python3 \(server.folder)/storm.py \(server.folder) \(writer.blocks) \(writer.lines) \
                \(writer.failsFirst ? "fails" : "succeeds")
                ```

                """
        }
        try await server.store(Self.name, guide)
    }

    /// Starts one and answers what it asks at random moments, to where nothing more is to come.
    func weather(_ number: Int, seed: UInt64) async throws -> (id: String, answers: Answers) {
        var random = SplitMix(state: seed)
        let key = ["Idempotency-Key": "storm-\(number)"]
        var id: String?
        try await until("run \(number) is accepted") {
            // Asked as often as it takes: a server that was killed may have accepted it.
            let answer = try await patiently {
                try await server.wire.post("/api/v1/runs", #"{"runbook": "\#(Self.name)"}"#, key)
            }
            id = try answer.json["id"].string
            return id != nil
        }
        let run = try #require(id)
        var answers = Answers()
        try await until("run \(run) is over", within: .seconds(600)) {
            let record = try await patiently { try await server.wire.get("/api/v1/runs/\(run)") }.json
            switch record["state"].string {
            case "succeeded", "rejected": return true
            case "interrupted":
                let verdict = ["rerun", "rerun", "succeeded", "failed"].randomElement(using: &random) ?? "rerun"
                if try await answer(run, "resumption", #"{"outcome": "\#(verdict)"}"#) == 200 {
                    answers.verdicts[verdict, default: 0] += 1
                }
            case "failed":
                if try await answer(run, "resumption", "{}") == 200 { answers.resumptions += 1 }
            default:
                guard record["steps"].items.contains(where: { $0["id"].string == Self.gate && $0.isWaiting }) else {
                    return false
                }
                // The moment is what is random here; nothing waits for it to pass.
                try await Task.sleep(for: .milliseconds(Int.random(in: 0..<300, using: &random)))
                let isGiven = Int.random(in: 0..<8, using: &random) > 0
                _ = try await answer(run, "steps/\(Self.gate)/\(isGiven ? "approval" : "rejection")", "{}")
            }
            return false
        }
        return (run, answers)
    }

    /// - Returns: the answer's status; nil where nobody knows whether it arrived.
    private func answer(_ run: String, _ act: String, _ body: String) async throws -> Int? {
        let wire = Wire(port: server.wire.port, token: approver)
        do {
            let answer = try await wire.post("/api/v1/runs/\(run)/\(act)", body)
            // Given already, by an answer that was lost.
            try #require(answer.status == 200 || answer.status == 409, "\(act): \(answer.text)")
            return answer.status
        } catch is Wire.Lost {
            return nil
        }
    }

    private func patiently(_ ask: () async throws -> Wire.Answer) async throws -> Wire.Answer {
        while true {
            do {
                let answer = try await ask()
                if answer.status < 500 { return answer }
            } catch is Wire.Lost {}
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// What a run asked of people, and got.
    struct Answers: Sendable {
        var verdicts: [String: Int] = [:]
        var resumptions = 0
    }
}

extension JSON {
    fileprivate var isWaiting: Bool { self["state"].string == "waiting" }
}
