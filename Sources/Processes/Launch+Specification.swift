import CProcess
import Essentials

extension Launch {
    /// What the shim reads.
    /// - Throws: `Problem.invalid` for what no program can be started with.
    func specification() throws(Problem) -> [UInt8] {
        guard folder.hasPrefix("/") else { throw .invalid("The attempt's folder must be an absolute path: \(folder).") }
        guard arguments.first?.isEmpty == false else { throw .invalid("Name a program to run.") }
        if let name = files.keys.first(where: {
            ["", ".", "..", "status", "log"].contains($0) || $0.contains("/")
        }) {
            throw .invalid("Give the attempt's file \"\(name)\" another name.")
        }
        var variables = environment
        variables["RUNBOOK_ATTEMPT"] = attempt
        if let name = variables.keys.first(where: { $0.isEmpty || $0.contains("=") }) {
            throw .invalid("\"\(name)\" cannot be the name of an environment variable.")
        }
        let entries = variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let texts = [workingDirectory] + arguments + entries
        if let text = texts.first(where: { $0.utf8.contains(0) }) {
            let name = text.prefix { $0 != "=" && $0 != "\0" }.prefix(40)
            throw .invalid("Take the NUL byte out of \"\(name)\": no program can be given one.")
        }

        var header = runbook_spec_header()
        withUnsafeMutableBytes(of: &header.magic) { $0.copyBytes(from: RUNBOOK_SPEC_MAGIC.utf8) }
        header.version = UInt32(RUNBOOK_FORMAT_VERSION)
        header.argument_count = UInt32(arguments.count)
        header.environment_count = UInt32(entries.count)
        header.timeout_ns = timeout.map { max(0, $0.wholeNanoseconds) } ?? -1
        header.grace_ns = max(0, grace.wholeNanoseconds)
        header.output_limit = max(0, outputLimit)
        var strings: [UInt8] = []
        for text in texts { strings += Array(text.utf8) + [0] }
        header.total_bytes = UInt64(MemoryLayout<runbook_spec_header>.size + strings.count)
        return withUnsafeBytes(of: header) { Array($0) } + strings
    }
}

extension Duration {
    /// At most 292 years, the range of 64 bits.
    fileprivate var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds > 0 ? .max : .min }
        let (sum, carried) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carried ? .max : sum
    }
}
