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
        if !Self.scans(details, sql.text).isEmpty { throw FullScan(sql: sql.text, plan: details) }
    }

    /// The lines of a plan that read a whole table without a reason.
    static func scans(_ plan: [String], _ sql: String) -> [String] {
        guard !sql.contains("/* scan:") else { return [] }
        return plan.filter { detail in
            guard detail.hasPrefix("SCAN ") else { return false }
            if detail.contains("VIRTUAL TABLE") || detail.contains("CONSTANT ROW") { return false }
            if detail.hasPrefix("SCAN (") { return false }
            // Reading an index in order is a page of a list when it ends at a limit, and a full scan otherwise.
            return !sql.contains("LIMIT")
        }
    }
}
