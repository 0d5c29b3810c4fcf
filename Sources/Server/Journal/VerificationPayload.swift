package import API
package import Journal

extension JournalVerification {
    package init(_ verification: Verification) {
        self.init(
            ok: verification.isGood, events: verification.events, head: verification.head.map(\.description),
            first_bad: verification.fault.map { .init(seq: $0.seq, reason: $0.reason) },
            warnings: verification.warnings)
    }
}
