import CProcess

/// This run of the machine.
package enum Boot {
    /// The kernel's id of it, of 36 characters; empty where it can't be read.
    package static let id: String = {
        var id = runbook_record().boot_id
        return withUnsafeMutableBytes(of: &id) { bytes in
            runbook_boot_id(bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
            return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }()
}
