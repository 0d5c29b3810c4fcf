import CProcess

/// This run of the machine.
package enum Boot {
    /// The kernel's id of it, of 36 characters; empty where it can't be read.
    package static let id: String = {
        var record = runbook_record()
        withUnsafeMutableBytes(of: &record.boot_id) { bytes in
            runbook_boot_id(bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
        }
        return name(of: record)
    }()

    /// The id of the one in which a record was written.
    static func name(of record: runbook_record) -> String {
        withUnsafeBytes(of: record.boot_id) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
