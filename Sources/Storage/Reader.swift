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
        try prepare(sql)
        var values: [Row] = []
        try each(row: Row.self, of: connection.cachedStatement(sql: sql.text), sql) { values.append($0) }
        return values
    }

    package func first<Row: Decodable>(_ sql: SQL, as type: Row.Type = Row.self) throws -> Row? {
        try prepare(sql)
        let statement = try connection.cachedStatement(sql: sql.text)
        let rows = try GRDB.Row.fetchCursor(statement, arguments: try sql.arguments())
        return try rows.next().map { try Row(from: RowDecoder(row: $0, names: statement.columnNames)) }
    }

    /// Calls `body` with each row in turn, holding only one in memory.
    package func each<Row: Decodable>(_ sql: SQL, as type: Row.Type = Row.self, _ body: (Row) throws -> Void) throws {
        try prepare(sql)
        try each(row: Row.self, of: connection.makeStatement(sql: sql.text), sql, body)
    }

    private func each<Row: Decodable>(
        row type: Row.Type, of statement: Statement, _ sql: SQL, _ body: (Row) throws -> Void
    ) throws {
        let names = statement.columnNames
        let rows = try GRDB.Row.fetchCursor(statement, arguments: try sql.arguments())
        while let row = try rows.next() { try body(Row(from: RowDecoder(row: row, names: names))) }
    }

    /// The first column of the first row, as a whole number.
    package func integer(_ sql: SQL) throws -> Int64? {
        try prepare(sql)
        return try Int64.fetchOne(connection.cachedStatement(sql: sql.text), arguments: try sql.arguments())
    }

    /// The first column of the first row, as text.
    package func text(_ sql: SQL) throws -> String? {
        try prepare(sql)
        return try String.fetchOne(connection.cachedStatement(sql: sql.text), arguments: try sql.arguments())
    }

    /// Whether the query has any row.
    package func exists(_ sql: SQL) throws -> Bool {
        try prepare(sql)
        return try Row.fetchOne(connection.cachedStatement(sql: sql.text), arguments: try sql.arguments()) != nil
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
