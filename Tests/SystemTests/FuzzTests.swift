import Foundation
import Glibc
import Testing

/// Every operation of the API's own description, called with what a fuzzer makes of it, one visitor after the other.
///
/// `RUNBOOK_FUZZ_EXAMPLES` makes up more, `RUNBOOK_FUZZ_SEED` others.
@Suite(.timeLimit(.minutes(60))) struct FuzzTests {
    @Test func `whatever anybody sends, nothing breaks and nothing undocumented is answered`() async throws {
        try await Server.with { server in
            let fuzz = try await Fuzz.run(on: server, at: server.address)
            print(fuzz.error)
            for claim in fuzz.claims { #expect(claim.holds, "\(claim.words)") }
            #expect(fuzz.status == 0, "\(fuzz.error)")
            // Four for each visitor, and that their token still works for those who have one.
            #expect(fuzz.claims.count == 4 * 4 + 3)

            #expect(try await server.wire.get("/ready").status == 200)
            try await server.expectNoProcessLeft()
            try await server.expectIntactJournal()
            let memory = try Self.mostMemory(of: try server.child.pid)
            print("fuzz: the server took at most \(memory / 1024) MiB")
            #expect(memory < 512 * 1024, "KiB")
            for line in try server.log.split(separator: "\n") where line.hasPrefix("{") {
                let level = try JSON(parsing: String(line))["level"].string
                #expect(level != "error" && level != "critical", "\(line)")
            }
        }
    }

    @Test func `an answer that is wrong on one route is found, and the route is named`() async throws {
        try await Server.with { server in
            let broken = try await Planted(fault: "500:GET:/api/v1/runbooks", at: server.address, in: server.folder)
            defer { broken.end() }
            let odd = try await Planted(
                fault: "418:GET:/api/v1/runs/{id}/output", at: broken.address, in: server.folder)
            defer { odd.end() }
            let fuzz = try await Fuzz.run(
                on: server, at: odd.address, ["viewer"],
                ["RUNBOOK_FUZZ_EXAMPLES": "2", "RUNBOOK_FUZZ_PATHS": "^/api/v1/run"])
            #expect(fuzz.status == 1, "\(fuzz.error)")
            let found = fuzz.claims.filter { !$0.holds }.map(\.words)
            #expect(found.contains { $0.contains("as described: GET /api/v1/runbooks ") && $0.contains("500") })
            #expect(found.contains { $0.contains("as described: GET /api/v1/runs/{id}/output ") && $0.contains("418") })
            for words in found {
                let isPlanted = ["GET /api/v1/runbooks", "GET /api/v1/runs/{id}/output"].contains {
                    words.contains(": \($0) ") || words.hasSuffix(": \($0)")
                }
                #expect(isPlanted, "nothing else is wrong: \(words)")
            }
        }
    }

    /// In KiB.
    private static func mostMemory(of pid: pid_t) throws -> Int {
        let line = try content("/proc/\(pid)/status").split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return try #require(line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) })
    }
}

/// What the program `Fuzz/fuzz.py` said and how it ended.
private struct Fuzz {
    struct Claim {
        let holds: Bool
        /// The claim, and what was seen where it does not hold.
        let words: String
    }

    let status: Int32
    let claims: [Claim]
    let error: String

    /// - Parameter visitors: who asks; without any, all of them.
    static func run(
        on server: Server, at address: String, _ visitors: [String] = [], _ environment: [String: String] = [:]
    ) async throws -> Fuzz {
        let program = testFile("SystemTests/Fuzz/fuzz.py")
        let own = ProcessInfo.processInfo.environment.filter { $0.key.hasPrefix("RUNBOOK_FUZZ_") || $0.key == "PATH" }
        let child = try python(
            [program] + visitors,
            own.merging(["RUNBOOK_URL": address, "RUNBOOK_TOKEN": Server.token, "HOME": server.folder]) { $1 }
                .merging(environment) { $1 }, in: server.folder)
        try await until("the fuzz has ended", within: .seconds(3600)) { child.hasEnded }
        guard case .exited(let status) = try await child.ending else {
            throw Server.Refused(words: "the fuzz was ended by a signal: \(try child.error)")
        }
        let claims = try child.output.split(separator: "\n").map { line in
            let parts = line.split(separator: "\t", maxSplits: 1)
            return Claim(holds: parts.first == "ok", words: String(parts.last ?? "").replacing("\t", with: ": "))
        }
        return Fuzz(status: status, claims: claims, error: try child.error)
    }
}

/// A server made for the test: the real one behind a proxy that plants one fault.
private struct Planted {
    let address: String
    private let child: Child

    init(fault: String, at address: String, in folder: String) async throws {
        let child = try python(
            [testFile("Planted/planted.py"), "--to", address, "--plant", fault], [:], in: folder)
        try await until("the proxy is ready") {
            guard !child.hasEnded else { throw Server.Refused(words: try child.error) }
            return try child.output.hasSuffix("\n")
        }
        self.child = child
        self.address = String(try child.output.dropFirst("ready ".count).dropLast())
    }

    func end() { child.signal(SIGKILL) }
}

/// A file below `Tests`.
private func testFile(_ path: String) -> String {
    URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: path).path
}

/// Starts a program of the tests' with `RUNBOOK_PYTHON`, which has their packages, or the first `python3` of the path.
private func python(_ arguments: [String], _ environment: [String: String], in folder: String) throws -> Child {
    let own = ProcessInfo.processInfo.environment["RUNBOOK_PYTHON"]
    return try Child(
        try #require(own ?? Programs.find("python3"), "install python3"), arguments,
        // Nothing is written beside the programs.
        environment: environment.merging(["PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"]) { $1 },
        log: "\(folder)/python-\(UUID().uuidString)", directory: folder)
}
