import Foundation
import Processes
import RunbookFormat

/// What Debian's `shellcheck` says of a guide's steps, where it is installed: one process for a guide.
struct ShellCheck {
    /// With its folder.
    let program: String

    /// Longer than a guide of a thousand steps takes.
    private static let limit = Duration.seconds(20)

    /// What does not hold here: a step's variables may come from parameters and earlier steps or serve as a list of settings,
    /// its shell is told by the fence, a failing `cd` ends it, and what it sources is not at hand.
    private static let excluded = ["SC1090", "SC1091", "SC1128", "SC2034", "SC2148", "SC2154", "SC2164"]

    private struct Report: Decodable {
        struct Comment: Decodable {
            let file: String
            let line: Int
            let level: String
            let code: Int
            let message: String
        }
        let comments: [Comment]
    }

    /// - Throws: what keeps the scripts from being written or the program from being started.
    func findings(of guide: Guide) throws -> [Finding] {
        let steps = guide.steps.filter { $0.checkedShell != nil }
        guard !steps.isEmpty else { return [] }
        let folder = FileManager.default.temporaryDirectory.appending(path: "runbook-lint-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        defer { remove(folder) }
        var checked: [String: Step] = [:]
        for (index, step) in steps.enumerated() {
            let path = folder.appending(path: "\(index).sh").path
            let shell = step.checkedShell?.rawValue ?? "sh"
            try Data("# shellcheck shell=\(shell)\n\(step.scriptForChecking)".utf8).write(to: URL(filePath: path))
            checked[path] = step
        }
        let options = [
            "--norc", "--format=json1", "--severity=info", "--exclude=\(Self.excluded.joined(separator: ","))",
        ]
        let answer = try Inquiry.ask(
            program, options + checked.keys.sorted(), environment: ["LANG=C.UTF-8"], within: Self.limit,
            maximumBytes: 20_000_000)
        guard let answer else { return [late(guide)] }
        return try JSONDecoder().decode(Report.self, from: Data(answer.output)).comments.compactMap { comment in
            checked[comment.file].map { finding(comment, in: $0) }
        }
    }

    /// Its lines count from 1, and the first is ours.
    private func finding(_ comment: Report.Comment, in step: Step) -> Finding {
        let index = comment.line - 2
        let line = step.scriptLines.indices.contains(index) ? step.scriptLines[index] : step.line
        // It reads one step and knows nothing of the guide, so that its errors are warnings here.
        let severity: Finding.Severity = comment.level == "info" || comment.level == "style" ? .info : .warning
        return Finding(.shellcheck, severity, line: line, "SC\(comment.code): \(comment.message)")
    }

    private func late(_ guide: Guide) -> Finding {
        Finding(
            .shellcheck, .info, line: 1,
            "ShellCheck took longer than \(Self.limit.components.seconds) s, so that its findings are missing; split the guide."
        )
    }

    private func remove(_ folder: URL) {
        do {
            try FileManager.default.removeItem(at: folder)
        } catch {
            // What is left of a temporary folder is the system's to clear.
        }
    }
}
