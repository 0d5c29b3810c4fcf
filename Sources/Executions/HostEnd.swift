import Essentials
import Foundation
import Processes

/// How far a step came on another machine, as the process notes down that carries it there.
struct HostEnd: Sendable, Equatable {
    enum Progress: Sendable, Equatable {
        /// Nothing ran there.
        case unreached
        /// Nothing ran there, and the machine says why.
        case refused(String)
        /// It was told to begin.
        case began
        /// Its end, and what it handed on, have come back.
        case ended
    }

    let host: String
    let progress: Progress
    /// The last that ssh itself said.
    let said: String?

    /// - Parameter folder: the attempt's.
    init(host: String, folder: String) {
        self.host = host
        let words = Self.lines(of: "\(folder)/host").first ?? ""
        progress =
            if words == "connecting" {
                .unreached
            } else if words.hasPrefix("refused ") {
                .refused(String(words.dropFirst(8)))
            } else if words.hasPrefix("ended ") {
                .ended
            } else {
                // Without a word of it nobody can say that nothing ran.
                .began
            }
        said = Self.lines(of: "\(folder)/ssh").last
    }

    /// The first lines of a file, and the last, without what no line has.
    private static func lines(of path: String) -> [String] {
        guard let file = FileHandle(forReadingAtPath: path) else { return [] }
        defer { try? file.close() }
        // What can't be read says nothing: both files are notes beside the attempt's own record.
        let data = (try? file.read(upToCount: 65_536)) ?? Data()
        return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).map { line in
            String(
                String.UnicodeScalarView(
                    line.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.prefix(300)))
        }
    }

    /// As an attempt's; nil where what the process itself says holds.
    func end(_ outcome: Ending.Outcome?) -> AttemptEnd? {
        let words = said.map { ": \($0)" } ?? ""
        switch (progress, outcome) {
        case (.ended, _): return nil
        case (.unreached, .exited?), (.unreached, .signalled?):
            return AttemptEnd(
                failedBecause: said == nil
                    ? "Nothing ran on \(host): its login gives no shell that could run the step."
                    : "Nothing ran on \(host), which could not be reached\(words)")
        case (.refused(let reason), .exited?), (.refused(let reason), .signalled?):
            return AttemptEnd(failedBecause: "Nothing ran on \(host): \(reason).")
        case (.began, .exited?), (.began, .signalled?):
            return AttemptEnd(
                .unknown,
                "The connection to \(host) broke while the step ran, and nobody knows how far it came\(words.isEmpty ? "." : words)"
            )
        case (.began, .timedOut?):
            return AttemptEnd(
                .timedOut, "It ran longer than its timeout, and \(host) has not said that all of it ended there.")
        case (.began, .stopped?):
            return AttemptEnd(
                .cancelled, "It was stopped by a cancellation, and \(host) has not said that all of it ended there.")
        default: return nil
        }
    }
}
