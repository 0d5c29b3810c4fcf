import Foundation
import Glibc
import Testing

/// Programs that share nothing with ours: another process, another SQLite.
struct Python {
    private let process: Process
    private let input: Pipe
    private let output: Pipe

    /// `RUNBOOK_PYTHON`, or the first `python3` of the path.
    static func start(_ program: String, _ arguments: String...) throws -> Python {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let python = ProcessInfo.processInfo.environment["RUNBOOK_PYTHON"] ?? "python3"
        process.arguments = [python, "-c", program] + arguments
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        return Python(process: process, input: input, output: output)
    }

    static func run(_ program: String, _ argument: String) throws {
        let python = try start(program, argument)
        try python.end()
    }

    /// What it printed, up to the end of the line.
    func line() throws -> String {
        var line = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), byte.first != UInt8(ascii: "\n") {
            if byte.isEmpty { break }
            line += byte
        }
        return String(decoding: line, as: UTF8.self)
    }

    /// Closes its input, and waits until it has ended well.
    func end() throws {
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }
}
