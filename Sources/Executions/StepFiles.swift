import Essentials
import Foundation
import Glibc

/// The folders of a run and of one start of a step: `DATA/runs/RUN/` and `DATA/attempts/ATTEMPT.LAUNCH/`.
struct StepFiles: Sendable {
    let run: String
    let attempt: String

    init(data: String, run: ID<RunRecord>, attempt: ID<AttemptRecord>, launch: Int) {
        self.run = Self.folder(of: run, in: data)
        self.attempt = "\(data)/attempts/\(attempt).\(launch)"
    }

    var workspace: String { run + "/workspace" }
    var temporary: String { run + "/tmp" }
    var script: String { attempt + "/script" }
    var output: String { attempt + "/output" }
    var environment: String { attempt + "/environment" }
    /// What ssh itself says of a step on another machine.
    var sshLog: String { attempt + "/ssh" }

    /// Makes the run's folders, only for the server's own user; the attempt's own is made by its start, in a folder that is
    /// there.
    func prepare() throws {
        let attempts = String(attempt[..<(attempt.lastIndex(of: "/") ?? attempt.endIndex)])
        // Every step but a run's first finds them there, which the kernel says at once.
        for folder in [workspace, temporary, attempts] where mkdir(folder, 0o700) != 0 && errno != EEXIST {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
    }

    func removeAttempt() {
        for file in ["script", "output", "environment", "log", "status", "driver", "host", "ssh"] {
            unlink("\(attempt)/\(file)")
        }
        if rmdir(attempt) == 0 { return }
        // What is left behind costs room and nothing else; the next start's sweep takes it.
        try? FileManager.default.removeItem(atPath: attempt)
    }

    static func folder(of run: ID<RunRecord>, in data: String) -> String { "\(data)/runs/\(run)" }
}

/// What a step wrote to `$RUNBOOK_OUTPUT` or `$RUNBOOK_ENV`, in the form that GitHub Actions made known: `NAME=VALUE`, or
/// `NAME<<END`, lines, `END`.
/// https://docs.github.com/actions/using-workflows/workflow-commands-for-github-actions#multiline-strings
enum HandedOn {
    static let maximumBytes = 1 << 20

    /// - Throws: `Problem.invalid`.
    static func text(of path: String, called variable: String) throws(Problem) -> String {
        let data = try bytes(of: path, called: variable)
        guard data.count <= maximumBytes else { throw .invalid("The step wrote more than 1 MiB to $\(variable).") }
        guard let text = String(validating: data, as: UTF8.self), !text.contains("\0") else {
            throw .invalid("What the step wrote to $\(variable) is not UTF-8 text.")
        }
        return text
    }

    /// The step may have put something else in the file's place, a pipe say: nothing here waits for it.
    private static func bytes(of path: String, called variable: String) throws(Problem) -> Data {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .invalid("The step removed or replaced its $\(variable) file.") }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            throw .invalid("The step replaced its $\(variable) file by something that is no file.")
        }
        do {
            return try file.read(upToCount: maximumBytes + 1) ?? Data()
        } catch {
            throw .invalid("The step's $\(variable) file can't be read.")
        }
    }

    /// - Throws: `Problem.invalid` naming the line.
    static func parse(_ text: String, called variable: String) throws(Problem) -> [String: String] {
        var values: [String: String] = [:]
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        var number = 0
        while let line = lines.popFirst() {
            number += 1
            if line.isEmpty { continue }
            let equals = line.firstIndex(of: "=")
            if let marker = line.range(of: "<<"), equals.map({ marker.lowerBound < $0 }) ?? true {
                let name = String(line[..<marker.lowerBound])
                let end = line[marker.upperBound...]
                let start = number
                var value: [Substring] = []
                while let next = lines.popFirst() {
                    number += 1
                    if next == end { break }
                    value.append(next)
                    if lines.isEmpty { throw .invalid("$\(variable), line \(start): \"\(end)\" never comes.") }
                }
                try check(name, line: start, variable)
                values[name] = value.joined(separator: "\n")
            } else if let equals {
                let name = String(line[..<equals])
                try check(name, line: number, variable)
                values[name] = String(line[line.index(after: equals)...])
            } else {
                throw .invalid("$\(variable), line \(number): it is not NAME=VALUE.")
            }
        }
        return values
    }

    private static func check(_ name: String, line: Int, _ variable: String) throws(Problem) {
        let isName =
            (1...128).contains(name.utf8.count)
            && name.utf8.enumerated().allSatisfy { index, byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): index > 0
                default: false
                }
            }
        guard isName else {
            throw .invalid("$\(variable), line \(line): \"\(name.prefix(60))\" is not a name (letters, digits and _).")
        }
    }
}
