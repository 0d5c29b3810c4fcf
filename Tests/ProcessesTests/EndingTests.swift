import Essentials
import Foundation
import Glibc
import Testing

@testable import Processes

@Suite struct EndingTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    @Test(arguments: [0, 1, 3, 126, 127, 255] as [Int32])
    func `an exit status is kept`(status: Int32) async throws {
        let (ending, _) = try await stage.run(stage.bash("exit \(status)"))
        #expect(ending.outcome == .exited(status))
        #expect(!ending.outputCut && !ending.outputMayEndEarly && !ending.processesLeft)
    }

    @Test(arguments: [SIGTERM, SIGKILL, SIGSEGV])
    func `a death by a signal is told from an exit`(signal: Int32) async throws {
        let (ending, _) = try await stage.run(stage.bash("kill -\(signal) $$; sleep 100"))
        #expect(ending.outcome == .signalled(signal))
    }

    @Test func `a failing command in a pipe fails the step`() async throws {
        let (ending, output) = try await stage.run(stage.bash("false | true\necho never"))
        #expect(ending.outcome == .exited(1))
        #expect(output.out == "")
    }

    @Test func `start and end are on the record`() async throws {
        let before = TimeSource.system.now()
        let (ending, output) = try await stage.run(stage.bash("echo x"))
        let (started, finished) = (try #require(ending.started), try #require(ending.finished))
        let written = try #require(output.frames.first?.time)
        #expect(before <= started && started <= written && written <= finished && finished <= TimeSource.system.now())
    }

    @Test func `a missing program is no exit status`() async throws {
        var launch = stage.bash("")
        launch.arguments = ["no-such-program", "x"]
        let outcome = try await stage.run(launch).ending.outcome
        #expect(
            outcome
                == .couldNotStart(
                    errno: ENOENT, "\"no-such-program\" cannot be run: no directory in the step's PATH has it."))
    }

    @Test func `a missing interpreter is said to be missing`() async throws {
        var launch = stage.bash("")
        launch.files["tool"] = Array("#!/no/such/interpreter\n".utf8)
        launch.arguments = ["\(launch.folder)/tool"]
        let outcome = try await stage.run(launch).ending.outcome
        let sentence =
            "\"\(launch.folder)/tool\" cannot be run: it, or the interpreter that its first line names, does not exist."
        #expect(outcome == .couldNotStart(errno: ENOENT, sentence))
    }

    @Test func `a file that is no program is not handed to a shell`() async throws {
        var launch = stage.bash("")
        launch.files["text"] = Array("echo it ran\n".utf8)
        launch.arguments = ["\(launch.folder)/text"]
        let (ending, output) = try await stage.run(launch)
        guard case .couldNotStart(ENOEXEC, _) = ending.outcome else { throw Unexpected(ending) }
        #expect(output.frames.isEmpty)
    }

    @Test func `a missing working directory is no exit status`() async throws {
        var launch = stage.bash("echo never")
        launch.workingDirectory = "\(stage.folder)/nowhere"
        let outcome = try await stage.run(launch).ending.outcome
        #expect(
            outcome
                == .couldNotStart(
                    errno: ENOENT,
                    "The working directory \"\(stage.folder)/nowhere\" cannot be entered: No such file or directory."))
    }

    @Test func `the step runs in its working directory`() async throws {
        var launch = stage.bash("pwd -P")
        launch.workingDirectory = "/usr"
        #expect(try await stage.run(launch).output.out == "/usr\n")
    }

    @Test func `the environment is what was given and nothing else`() async throws {
        var launch = stage.bash("", attempt: "a-1")
        launch.arguments = ["env", "-0"]
        launch.environment = ["PATH": "/usr/bin:/bin", "EMPTY": "", "LINES": "a\nb=c", "ÜMLAUT": "ß"]
        let output = try await stage.run(launch).output
        let entries = Set(output.stdout.split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
        #expect(entries == ["PATH=/usr/bin:/bin", "EMPTY=", "LINES=a\nb=c", "ÜMLAUT=ß", "RUNBOOK_ATTEMPT=a-1"])
    }

    @Test func `a program is looked up in the step's PATH, not in the server's`() async throws {
        var launch = stage.bash("")
        launch.files["env"] = Array("#!/bin/sh\necho mine\n".utf8)
        launch.arguments = ["env"]
        launch.environment["PATH"] = "/nowhere:\(launch.folder):/usr/bin:/bin"
        #expect(try await stage.run(launch).output.out == "mine\n")
    }

    @Test func `standard input is empty`() async throws {
        #expect(try await stage.run(stage.bash("cat; readlink /proc/$$/fd/0")).output.out == "/dev/null\n")
    }

    @Test func `no open file of the server or the shim reaches the step`() async throws {
        let leak = open("/dev/zero", O_RDONLY)  // without close-on-exec, as a careless library would
        defer { close(leak) }
        var launch = stage.bash("")
        // Not by listing the folder, which is open itself meanwhile.
        let script = "i=0; while [ $i -lt 1024 ]; do [ ! -e /proc/$$/fd/$i ] || echo $i; i=$((i + 1)); done"
        launch.arguments = ["sh", "-c", script]
        #expect(try await stage.run(launch).output.out == "0\n1\n2\n")
    }

    @Test func `signals that the server ignores or blocks are as usual in the step`() async throws {
        let (_, output) = try await stage.run(stage.bash("grep -E '^Sig(Blk|Ign)' /proc/self/status"))
        #expect(output.out == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n")
    }

    @Test func `the step has a session of its own`() async throws {
        let (_, output) = try await stage.run(
            stage.bash("read -r _ _ _ _ group session _ < /proc/$$/stat; echo $$ $group $session"))
        let numbers = output.out.split(whereSeparator: \.isWhitespace)
        #expect(numbers.count == 3 && Set(numbers).count == 1)
    }

    @Test func `its specification, with its secrets, does not stay on the disk`() async throws {
        let launch = stage.bash("ls \"$(dirname \"$0\")\"")
        #expect(try await stage.run(launch).output.out == "log\nscript\nstatus\n")
    }

    @Test func `the folder is for its owner alone`() async throws {
        let launch = stage.bash("stat -c %a \"$(dirname \"$0\")\" \"$(dirname \"$0\")\"/log")
        #expect(try await stage.run(launch).output.out == "700\n600\n")
    }

    @Test func `a folder serves one attempt only`() async throws {
        let launch = stage.bash("echo once >> $FOLDER/ran")
        _ = try await stage.run(launch)
        await #expect(throws: Problem.self) { try await stage.supervisor.start(launch) }
        #expect(try content("\(stage.folder)/ran") == "once\n")
    }

    @Test func `what no program can be given is refused before anything is made`() async throws {
        let changes: [(inout Launch) -> Void] = [
            { $0.arguments = [] }, { $0.arguments = [""] }, { $0.arguments = ["sh", "a\0b"] },
            { $0.environment["A"] = "secret\0" }, { $0.environment["A=B"] = "x" }, { $0.environment[""] = "x" },
            { $0.workingDirectory = "/\0" }, { $0.folder = "relative" }, { $0.files["../x"] = [] },
            { $0.files["status"] = [] },
        ]
        for change in changes {
            var launch = stage.bash("")
            change(&launch)
            let error = await #expect(throws: Problem.self) { try await stage.supervisor.start(launch) }
            #expect(error?.code == .invalid)
            #expect(error?.message.contains("secret") == false)
            #expect(!exists(launch.folder))
        }
    }

    @Test func `a supervisor without its shim says where it looked`() throws {
        let error = #expect(throws: Problem.self) {
            try Supervisor(shim: "\(stage.folder)/runbook-shim", logger: stage.supervisor.logger)
        }
        #expect(error?.message.contains("\(stage.folder)/runbook-shim") == true)
    }
}

struct Unexpected<Value: Sendable>: Error {
    let value: Value

    init(_ value: Value) { self.value = value }
}
