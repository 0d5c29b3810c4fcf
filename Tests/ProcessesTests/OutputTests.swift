import Foundation
import Glibc
import Testing

@testable import Processes

@Suite struct OutputTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    @Test func `both streams are told apart and keep their order`() async throws {
        let script = "for i in {1..500}; do echo out $i; echo err $i >&2; done"
        let (ending, output) = try await stage.run(stage.bash(script))
        #expect(ending.outcome == .exited(0))
        #expect(output.out == (1...500).map { "out \($0)\n" }.joined())
        #expect(output.err == (1...500).map { "err \($0)\n" }.joined())
        #expect(zip(output.frames, output.frames.dropFirst()).allSatisfy { $0.bootNanoseconds <= $1.bootNanoseconds })
        #expect(zip(output.frames, output.frames.dropFirst()).allSatisfy { $0.time <= $1.time })
    }

    @Test func `streams are interleaved as they arrived`() async throws {
        // The next line is written only after the one before was seen in the log.
        let launch = stage.bash(
            "for i in 1 2 3; do echo o$i; read -r < $FOLDER/go; echo e$i >&2; read -r < $FOLDER/go; done")
        stage.makeGate()
        let attempt = try await stage.supervisor.start(launch)
        var seen: [String] = []
        for try await batch in attempt.output() {
            for frame in batch {
                seen.append(String(decoding: frame.bytes, as: UTF8.self))
                try stage.openGate()
            }
        }
        #expect(seen == ["o1\n", "e1\n", "o2\n", "e2\n", "o3\n", "e3\n"])
    }

    @Test func `fifty megabytes arrive byte for byte`() async throws {
        let script = "head -c 50000000 /dev/urandom | tee $FOLDER/copy"
        let (ending, output) = try await stage.run(stage.bash(script))
        #expect(ending.outcome == .exited(0))
        #expect(output.stdout.count == 50_000_000)
        #expect(output.stdout == Array(try #require(FileManager.default.contents(atPath: "\(stage.folder)/copy"))))
    }

    @Test func `a batch is bounded, whatever the log's size`() async throws {
        var launch = stage.bash("head -c 20000000 /dev/zero")
        launch.outputLimit = 1 << 30
        let attempt = try await stage.supervisor.start(launch)
        _ = try await attempt.ending
        var total = 0
        for try await batch in attempt.output() {
            let size = batch.reduce(0) { $0 + $1.bytes.count }
            #expect(size <= 1 << 20)
            total += size
        }
        #expect(total == 20_000_000)
    }

    @Test func `past its limit the output is cut with a marker and the program goes on`() async throws {
        var launch = stage.bash("head -c 300000 /dev/zero; echo end >&2; echo done > $FOLDER/done")
        launch.outputLimit = 100_001
        let (ending, output) = try await stage.run(launch)
        #expect(ending.outcome == .exited(0))
        #expect(ending.outputCut && !ending.outputMayEndEarly)
        #expect(output.stdout.count + output.stderr.count == 100_001)
        #expect(output.frames.filter(\.isCutMarker).count == 1)
        #expect(output.frames.last?.isCutMarker == true)
        #expect(try content("\(stage.folder)/done") == "done\n")
    }

    @Test func `output of exactly the limit is not cut`() async throws {
        var launch = stage.bash("printf 12345")
        launch.outputLimit = 5
        let (ending, output) = try await stage.run(launch)
        #expect(!ending.outputCut)
        #expect(output.out == "12345")
        #expect(output.frames.allSatisfy { !$0.isCutMarker })
    }

    @Test func `a reader goes on from where another stopped`() async throws {
        let attempt = try await stage.supervisor.start(stage.bash("for i in {1..300}; do echo $i; done"))
        _ = try await attempt.ending
        let whole = try await Output(of: attempt)
        for index in [0, whole.frames.count / 2, whole.frames.count - 1] {
            let rest = try await Output(of: attempt, from: whole.frames[index].endOffset)
            #expect(rest.frames == Array(whole.frames.dropFirst(index + 1)))
        }
    }

    @Test func `any number of readers get the same`() async throws {
        let attempt = try await stage.supervisor.start(stage.bash("for i in {1..2000}; do echo $i; done"))
        let copies = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<8 { group.addTask { try await Output(of: attempt).out } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(copies.count == 8)
        #expect(Set(copies) == [(1...2000).map { "\($0)\n" }.joined()])
    }

    @Test func `a reader that is cancelled does not wait`() async throws {
        let attempt = try await stage.supervisor.start(stage.bash("echo first; sleep 1000"))
        let reader = Task {
            var seen = 0
            for try await batch in attempt.output() { seen += batch.count }
            return seen
        }
        try await until("the step writes") { attempt.files.logBytes > 0 }
        reader.cancel()
        await #expect(throws: CancellationError.self) { try await reader.value }
        attempt.stop()
        #expect(try await attempt.ending.outcome == .stopped)
    }

    @Test func `after a shutdown nobody waits and the step goes on`() async throws {
        let launch = stage.bash("echo $$ > $FOLDER/pid; read -r < $FOLDER/go; echo finished")
        stage.makeGate()
        let attempt = try await stage.supervisor.start(launch)
        let reader = Task { try await Output(of: attempt) }
        try await until("the step runs") { exists("\(stage.folder)/pid") }
        await stage.supervisor.shutdown()
        await #expect(throws: CancellationError.self) { try await attempt.ending }
        await #expect(throws: CancellationError.self) { try await reader.value }
        await #expect(throws: CancellationError.self) { try await stage.supervisor.start(stage.bash("")) }

        let next = try Supervisor(shim: try Stage.shim(), logger: stage.supervisor.logger)
        let taken = try await next.adopt(folder: launch.folder, attempt: launch.attempt)
        try stage.openGate()
        #expect(try await taken.ending.outcome == .exited(0))
        #expect(try await Output(of: taken).out == "finished\n")
        await next.shutdown()
    }

    /// Mounting needs root and the capability: where it is refused, the test is reported as skipped.
    @Test(.enabled(if: SmallDisk.isPossible, "mounting a small disk needs CAP_SYS_ADMIN"))
    func `a full disk ends the log, not the step`() async throws {
        let disk = try SmallDisk(at: "\(stage.folder)/disk", bytes: 1 << 20)
        defer { disk.unmount() }
        var launch = Stage.bash(
            "for i in {1..200000}; do echo line $i; done; echo done > $STAGE/done", in: disk.path, attempt: "full")
        launch.environment["STAGE"] = stage.folder
        let (ending, output) = try await stage.run(launch)
        #expect(ending.outcome == .exited(0))
        #expect(ending.outputMayEndEarly && !ending.outputCut)
        #expect(try content("\(stage.folder)/done") == "done\n")
        let whole = (1...200_000).map { "line \($0)\n" }.joined()
        #expect(!output.out.isEmpty && output.out.count < whole.count)
        #expect(whole.hasPrefix(output.out))
    }
}

/// A file system of its own that is soon full.
struct SmallDisk {
    let path: String

    static var isPossible: Bool {
        guard let path = try? Stage.temporaryFolder() else { return false }
        defer { rmdir(path) }
        guard mount("none", path, "tmpfs", 0, "size=65536") == 0 else { return false }
        return umount2(path, 0) == 0
    }

    init(at path: String, bytes: Int) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        guard mount("none", path, "tmpfs", 0, "size=\(bytes)") == 0 else { throw SystemError(errno, "mount") }
    }

    func unmount() { umount2(path, Int32(MNT_DETACH)) }
}
