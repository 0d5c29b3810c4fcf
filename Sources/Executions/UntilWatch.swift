import Processes
import RunbookFormat

/// Looks for a line in what a step prints.
///
/// It reads the frames of the shim's log, not what is stored: a server that takes an attempt up reads these from their
/// beginning, and so finds again what the server before it had found.
struct UntilWatch: Sendable {
    private let pattern: Pattern
    private var begun: [Frame.Stream: [UInt8]] = [:]
    private(set) var isMet = false

    /// Nil for a step that is not watched for a line.
    init?(_ until: Until?) {
        guard case .line(_, let pattern)? = until else { return nil }
        self.pattern = pattern
    }

    /// - Returns: whether the line is there, for the first time.
    mutating func take(_ frames: [Frame]) -> Bool {
        guard !isMet else { return false }
        for frame in frames where !frame.isCutMarker {
            var line = begun[frame.stream] ?? []
            for byte in frame.bytes {
                if byte == UInt8(ascii: "\n") {
                    isMet = isMet || matches(line)
                    line.removeAll(keepingCapacity: true)
                } else if line.count < Until.longestLine {
                    line.append(byte)
                }
            }
            begun[frame.stream] = line
        }
        // A prompt, say, ends no line.
        isMet = isMet || begun.values.contains { !$0.isEmpty && matches($0) }
        return isMet
    }

    private func matches(_ line: [UInt8]) -> Bool {
        var line = line
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return pattern.matches(String(decoding: line, as: UTF8.self))
    }
}
