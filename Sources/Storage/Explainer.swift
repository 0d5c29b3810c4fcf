import GRDB
import Synchronization

/// Refuses statements that read a whole table: tests open the database with one, and each statement is explained once.
///
/// A statement that has a reason to scan says it in itself: `/* scan: a dozen people at most */`.
package final class Explainer: Sendable {
    package struct FullScan: Error, CustomStringConvertible {
        package let sql: String
        package let plan: [String]

        package var description: String {
            "full scan: \(plan.joined(separator: " | "))\nof: \(sql)\nadd an index, or say why with /* scan: reason */"
        }
    }

    private let explained = Mutex<[String: [String]]>([:])

    package init() {}

    /// Each statement seen so far, with its plan.
    package var plans: [String: [String]] { explained.withLock { $0 } }

    func explain(_ sql: SQL, on connection: GRDB.Database) throws {
        guard explained.withLock({ $0[sql.text] == nil }) else { return }
        let rows = try Row.fetchAll(connection, sql: "EXPLAIN QUERY PLAN " + sql.text, arguments: try sql.arguments())
        let details = rows.map { $0["detail"] as String }
        explained.withLock { $0[sql.text] = details }
        guard !sql.text.contains("/* scan:") else { return }
        let scans = details.filter { detail in
            guard detail.hasPrefix("SCAN ") else { return false }
            if detail.contains("VIRTUAL TABLE") || detail.contains("CONSTANT ROW") { return false }
            if detail.hasPrefix("SCAN (") { return false }
            // Reading an index in order is a page of a list when it ends at a limit, and a full scan otherwise.
            return !sql.text.contains("LIMIT")
        }
        if !scans.isEmpty { throw FullScan(sql: sql.text, plan: details) }
    }
}
