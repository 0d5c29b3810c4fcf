/// A recorded session in a fence that says it is a script.
enum TranscriptRule {
    /// The fence's line, from 0, on which output begins; nil when there is none.
    static func firstOutput(in reading: FenceScript, content: [UInt8]) -> Int? {
        guard reading.hasPrompts else { return nil }
        let text = content.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (index, (kind, line)) in zip(reading.lines, text).enumerated() where kind == .output {
            let first = line.first { $0 != 0x20 && $0 != 0x09 }
            if let first, first != 0x23 { return index }
        }
        return nil
    }
}
