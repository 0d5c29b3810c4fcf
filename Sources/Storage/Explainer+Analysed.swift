import GRDB

extension Explainer {
    /// What is wrong with a statement's plan, and on which database.
    package struct Fault: Sendable, CustomStringConvertible {
        package let sql: String
        package let plan: [String]
        /// `full scan`, or `sorts all before it takes the first`.
        package let what: String
        package let isAnalysed: Bool

        package var description: String {
            "\(what)\(isAnalysed ? ", once analysed" : ""): \(plan.joined(separator: " | "))\nof: \(sql)"
        }
    }

    /// Looks at every statement seen so far once more: on an empty database as this program makes it, and on one that holds
    /// many rows and that somebody has analysed (`ANALYZE`), by which SQLite chooses otherwise.
    ///
    /// Beside full scans a list is at fault that is sorted before its first rows can be taken: it costs more with each row
    /// that there is. Where the rows are few the statement says so: `/* sort: the stages of one deployment */`.
    /// - Parameter rows: how many each table is said to hold.
    package func faults(rows: Int = 1_000_000) throws -> [Fault] {
        let queue = try DatabaseQueue()
        try Migrations.migrator.migrate(queue)
        return try queue.inDatabase { connection in
            let fresh = try faults(on: connection, isAnalysed: false)
            try Self.pretend(rows, on: connection)
            return fresh + (try faults(on: connection, isAnalysed: true))
        }
    }

    private func faults(on connection: GRDB.Database, isAnalysed: Bool) throws -> [Fault] {
        try plans.keys.sorted().compactMap { sql in
            let statement = try connection.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
            // What is not bound is null: a plan does not depend on it.
            statement.setUncheckedArguments(StatementArguments())
            let plan = try Row.fetchAll(statement).map { $0["detail"] as String }
            let what =
                Self.scans(plan, sql).isEmpty
                ? Self.isSorted(plan, sql) ? "sorts all before it takes the first" : nil : "full scan"
            return what.map { Fault(sql: sql, plan: plan, what: $0, isAnalysed: isAnalysed) }
        }
    }

    private static func isSorted(_ plan: [String], _ sql: String) -> Bool {
        sql.contains("LIMIT") && !sql.contains("/* sort:") && plan.contains("USE TEMP B-TREE FOR ORDER BY")
    }

    /// Writes down what `ANALYZE` would find in tables of so many rows: each column of an index narrows to a fiftieth, and a
    /// unique index to one.
    private static func pretend(_ rows: Int, on connection: GRDB.Database) throws {
        try connection.execute(sql: "ANALYZE")
        try connection.execute(sql: "DELETE FROM sqlite_stat1")
        let indices = try Row.fetchAll(
            connection,
            sql: """
                SELECT t.name AS tbl, i.name AS idx, i."unique" AS is_unique, i.origin AS origin,
                    (SELECT count(*) FROM pragma_index_xinfo(i.name) WHERE key = 1) AS keys, t.wr AS wr
                FROM pragma_table_list t JOIN pragma_index_list(t.name) i WHERE t.type = 'table' AND t.schema = 'main'
                """)
        for index in indices {
            let (keys, isUnique): (Int, Bool) = (index["keys"], index["is_unique"])
            var counts = [rows]
            var left = rows
            for key in 1...max(1, keys) {
                left = key == keys && isUnique ? 1 : max(1, left / 50)
                counts.append(left)
            }
            let isTable = index["origin"] == "pk" && index["wr"] == true
            try connection.execute(
                sql: "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)",
                arguments: [
                    index["tbl"] as String, isTable ? index["tbl"] as String : index["idx"] as String,
                    counts.map(String.init).joined(separator: " "),
                ])
        }
        // Has the planner read them.
        try connection.execute(sql: "ANALYZE sqlite_schema")
    }
}
