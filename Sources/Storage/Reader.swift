import Essentials
import GRDB

/// A connection that reads one consistent state of the database.
///
/// Rows come as `Decodable` values: a struct's properties are the columns' names, times are `Timestamp`, ids `ID`,
/// binary values `Data`.
package class Reader {
    let connection: GRDB.Database
    let explainer: Explainer?

    init(_ connection: GRDB.Database, explainer: Explainer?) {
        self.connection = connection
        self.explainer = explainer
    }

    package func all<Row: Decodable>(_ sql: SQL, as type: Row.Type = Row.self) throws -> [Row] {
        let statement = try bind(sql)
        var rows: [Row] = []
        while try statement.step() { rows.append(try statement.decode(Row.self)) }
        return rows
    }

    package func first<Row: Decodable>(_ sql: SQL, as type: Row.Type = Row.self) throws -> Row? {
        let statement = try bind(sql)
        return try statement.step() ? try statement.decode(Row.self) : nil
    }

    /// Calls `body` with each row in turn, holding only one in memory.
    package func each<Row: Decodable>(_ sql: SQL, as type: Row.Type = Row.self, _ body: (Row) throws -> Void) throws {
        try prepare(sql)
        // One of its own: the body may run the same statement.
        let prepared = try connection.makeStatement(sql: sql.text)
        let statement = try BoundStatement(prepared, sql.values, on: connection)
        while try statement.step() { try body(statement.decode(Row.self)) }
    }

    /// The first column of the first row, as a whole number.
    package func integer(_ sql: SQL) throws -> Int64? {
        let statement = try bind(sql)
        return try statement.step() ? statement.integer(0) : nil
    }

    /// The first column of the first row, as text.
    package func text(_ sql: SQL) throws -> String? {
        let statement = try bind(sql)
        return try statement.step() ? statement.text(0) : nil
    }

    /// Whether the query has any row.
    package func exists(_ sql: SQL) throws -> Bool { try bind(sql).step() }

    func bind(_ sql: SQL) throws -> BoundStatement {
        try prepare(sql)
        return try BoundStatement(connection.cachedStatement(sql: sql.text), sql.values, on: connection)
    }

    func prepare(_ sql: SQL) throws { try explainer?.explain(sql, on: connection) }
}

extension SQL {
    /// - Throws: `Problem.invalid` for a text with a NUL: SQLite's C interface would cut it there without a word, and
    ///   PostgreSQL keeps none.
    func arguments() throws(Problem) -> StatementArguments {
        var arguments: [(any DatabaseValueConvertible)?] = []
        for value in values {
            switch value {
            case .null: arguments.append(nil)
            case .integer(let value): arguments.append(value)
            case .real(let value): arguments.append(value)
            case .text(let value):
                if value.utf8.contains(0) {
                    throw .invalid("A text holds the character NUL, which can't be kept: take it out.")
                }
                arguments.append(value)
            case .blob(let value): arguments.append(value)
            }
        }
        return StatementArguments(arguments)
    }
}
