import ArgumentParser
import Essentials
import Testing

@testable import runbook

@Suite struct EndingTests {
    @Test(arguments: [
        (Problem.Code.invalid, Int32(65)), (.notFound, 65), (.conflict, 65), (.outdated, 65), (.unauthenticated, 77),
        (.forbidden, 77),
        (.limited, 69), (.unavailable, 69),
    ])
    func `each kind of problem has its exit status`(code: Problem.Code, status: Int32) {
        #expect(Ending(of: Problem(code, "No.")).status.rawValue == status)
    }

    @Test func `every kind of problem is in the table`() {
        #expect(Problem.Code.allCases.count == 8)
    }

    @Test(arguments: [
        ("queued", Int32(75)), ("running", 75), ("waiting", 75), ("interrupted", 75), ("succeeded", 0), ("failed", 1),
        ("cancelled", 1), ("rejected", 1), ("rolled-back", 1),
    ])
    func `each state of a run has its exit status`(state: String, status: Int32) throws {
        #expect(try #require(RunState(rawValue: state)).exitStatus.rawValue == status)
    }

    @Test func `a problem is one line with its fields, their names and lines`() {
        let problem = Problem.invalid(
            "Some values are missing.",
            fields: [
                .init(name: "version", message: "is required"), .init(name: "<pod>", message: "is empty", line: 12),
            ])
        #expect(
            Ending(of: problem).complaint
                == "Some values are missing. [version: is required; <pod> (line 12): is empty]")
    }

    @Test func `wrong usage is one line that says where to read on, with status 64`() throws {
        let error = try #require(throws: (any Error).self) { try RunbookCommand.parseAsRoot(["token", "add", "x"]) }
        let ending = Ending(of: error)
        #expect(ending.status == .usage)
        #expect(ending.complaint == "Missing expected argument '--scope <scope> ...'. See: runbook token add --help")
    }

    @Test func `help is an answer, not a failure`() throws {
        let error = try #require(throws: (any Error).self) {
            var command = try RunbookCommand.parseAsRoot(["exec", "--help"])
            try command.run()
        }
        let ending = Ending(of: error)
        #expect(ending.status == .success)
        #expect(ending.complaint == nil)
        #expect(ending.answer?.contains("USAGE: runbook exec") == true)
    }

    @Test func `a status that a command chose stays, without words`() {
        for status in runbook.ExitStatus.allCases where status != .success {
            let ending = Ending(of: ExitCode(status))
            #expect(ending.status == status && ending.complaint == nil && ending.answer == nil)
        }
    }

    @Test func `a reader that went away and an interrupt say nothing`() {
        for (ending, status) in [
            (Ending(of: BrokenPipe()), runbook.ExitStatus.brokenPipe), (Ending(of: CancellationError()), .interrupted),
        ] {
            #expect(ending.status == status && ending.complaint == nil && ending.answer == nil)
        }
    }
}
