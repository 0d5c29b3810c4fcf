import ArgumentParser
import Essentials
import Foundation

/// The exit statuses of every command; the numbers are those of BSD's `sysexits.h` where it has one.
enum ExitStatus: Int32, Sendable, CaseIterable {
    case success = 0
    /// A run failed, was rejected or cancelled; a verification found a fault.
    case failed = 1
    case usage = 64
    case badData = 65
    case unavailable = 69
    /// A fault of this program.
    case `internal` = 70
    /// A run still waits for somebody.
    case waits = 75
    case noPermission = 77
    case interrupted = 130
    /// The reader of standard output went away, as `head` does: what SIGPIPE would have given.
    case brokenPipe = 141

    init(_ code: Problem.Code) {
        self =
            switch code {
            case .invalid, .notFound, .conflict, .outdated: .badData
            case .unauthenticated, .forbidden: .noPermission
            case .limited, .unavailable: .unavailable
            }
    }
}

extension ExitCode {
    init(_ status: ExitStatus) { self.init(status.rawValue) }
}

/// How a command ends that threw: with which status, and with which words.
struct Ending: Equatable {
    let status: ExitStatus
    /// One line for standard error.
    var complaint: String?
    /// What was asked for instead of a command: help, the version, a completion script.
    var answer: String?

    init(of error: any Error) {
        switch error {
        case let problem as Problem:
            status = ExitStatus(problem.code)
            complaint = problem.sentence
        case let code as ExitCode:
            status = ExitStatus(rawValue: code.rawValue) ?? .internal
        case is BrokenPipe:
            status = .brokenPipe
        case let error as POSIXError:
            status = .failed
            complaint = "the output cannot be written: \(String(cString: strerror(error.code.rawValue)))."
        case is CancellationError:
            status = .interrupted
        default:
            let code = RunbookCommand.exitCode(for: error)
            if code == .success {
                status = .success
                answer = RunbookCommand.fullMessage(for: error, columns: nil)
            } else if code == .validationFailure {
                status = .usage
                complaint = Ending.usage(of: error)
            } else {
                status = .internal
                complaint = "this is a fault of the program itself, please report it: \(error)"
            }
        }
    }

    /// The message and where to read on: ArgumentParser's own three lines made one.
    private static func usage(of error: any Error) -> String {
        let message = RunbookCommand.message(for: error).split(whereSeparator: \.isNewline).joined(separator: " ")
        let full = RunbookCommand.fullMessage(for: error, columns: nil)
        guard let start = full.range(of: "See '", options: .backwards)?.upperBound,
            let end = full[start...].firstIndex(of: "'")
        else { return message }
        return "\(message)\(message.hasSuffix(".") ? "" : ".") See: \(full[start..<end])"
    }

    func tell() {
        do {
            if let answer { try Output.data.line(answer) }
            if let complaint { try Output.talk.say("runbook: \(complaint)") }
        } catch {
            // Nobody listens any more; the status still says it.
        }
    }
}

extension Problem {
    /// The message and each wrong field with its name and line, as one line.
    var sentence: String {
        guard !fields.isEmpty else { return message }
        let details = fields.map { field in
            field.line.map { "\(field.name) (line \($0)): \(field.message)" } ?? "\(field.name): \(field.message)"
        }
        return "\(message) [\(details.joined(separator: "; "))]"
    }
}
