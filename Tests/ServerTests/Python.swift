import Foundation
import Testing

/// Programs that share nothing with ours.
enum Python {
    /// Runs a program with `RUNBOOK_PYTHON`, or the first `python3` of the path.
    /// - Returns: what it printed.
    static func run(_ program: String, input: Data) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let python = ProcessInfo.processInfo.environment["RUNBOOK_PYTHON"] ?? "python3"
        process.arguments = [python, "-c", program]
        let (standardInput, standardOutput) = (Pipe(), Pipe())
        process.standardInput = standardInput
        process.standardOutput = standardOutput
        try process.run()
        try standardInput.fileHandleForWriting.write(contentsOf: input)
        try standardInput.fileHandleForWriting.close()
        let output = try standardOutput.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return String(decoding: output, as: UTF8.self)
    }
}
