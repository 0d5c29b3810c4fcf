import Essentials
import Foundation
import GRDB
import GRDBSQLite

/// A prepared statement with its values, stepped through from the first row to the last.
///
/// GRDB prepares and keeps statements; its arguments, cursors and rows cost more than SQLite's own work for a lookup (8 µs
/// beside 3), so that these few calls of SQLite's stand here.
struct BoundStatement: ~Copyable {
    let names: [String]
    private let statement: SQLiteStatement
    /// Finalizes the statement when nobody holds it.
    private let prepared: Statement
    private let connection: GRDB.Database

    /// - Throws: `Problem.invalid` for a text with a NUL: SQLite would keep it, but cut it off in its functions, and
    ///   PostgreSQL keeps none.
    init(_ prepared: Statement, _ values: [SQL.Value], on connection: GRDB.Database) throws {
        self.prepared = prepared
        statement = prepared.sqliteStatement
        names = prepared.columnNames
        self.connection = connection
        for (index, value) in values.enumerated() {
            let code = try Self.bind(value, at: Int32(index + 1), of: statement)
            if code != SQLITE_OK { throw fault(code) }
        }
    }

    deinit {
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
    }

    /// Goes to the next row.
    /// - Returns: whether there is one.
    /// - Throws: `DatabaseError`.
    func step() throws -> Bool {
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw fault(code)
        }
    }

    // Read while the statement is borrowed: what SQLite shows of a row is gone with the statement, and that may end with
    // its last use.

    /// A whole number of the row that the statement stands on; nil for anything else.
    func integer(_ column: Int) -> Int64? { ColumnValue(statement: statement, column: Int32(column)).integer }

    /// A text of the row that the statement stands on; nil for anything else.
    func text(_ column: Int) -> String? { ColumnValue(statement: statement, column: Int32(column)).text }

    /// The row that the statement stands on, by its columns' names.
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try Value(from: RowDecoder(statement: statement, names: names))
    }

    private func fault(_ code: Int32) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code), message: connection.lastErrorMessage,
            sql: String(cString: sqlite3_sql(statement)))
    }

    /// SQLite copies what it is given.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private static func bind(_ value: SQL.Value, at index: Int32, of statement: SQLiteStatement) throws(Problem)
        -> Int32
    {
        switch value {
        case .null: return sqlite3_bind_null(statement, index)
        case .integer(let number): return sqlite3_bind_int64(statement, index, number)
        case .real(let number): return sqlite3_bind_double(statement, index, number)
        case .text(var text):
            let code: Int32? = text.withUTF8 { bytes in
                if bytes.contains(0) { return nil }
                return bytes.withMemoryRebound(to: CChar.self) { characters in
                    // Without an address SQLite would take an empty text for null.
                    guard let address = characters.baseAddress else {
                        return sqlite3_bind_text(statement, index, "", 0, transient)
                    }
                    return sqlite3_bind_text(statement, index, address, Int32(characters.count), transient)
                }
            }
            guard let code else {
                throw .invalid("A text holds the character NUL, which can't be kept: take it out.")
            }
            return code
        case .blob(let data):
            return data.withUnsafeBytes { bytes in
                guard let address = bytes.baseAddress else { return sqlite3_bind_zeroblob(statement, index, 0) }
                return sqlite3_bind_blob(statement, index, address, Int32(bytes.count), transient)
            }
        }
    }
}

/// One value of the row that a statement stands on; gone with the next step.
struct ColumnValue {
    let statement: SQLiteStatement
    let column: Int32

    var isNull: Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }

    /// Nil for what is no whole number.
    var integer: Int64? {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: sqlite3_column_int64(statement, column)
        case SQLITE_FLOAT: Int64(exactly: sqlite3_column_double(statement, column))
        default: nil
        }
    }

    /// Nil for what is no number.
    var real: Double? {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER, SQLITE_FLOAT: sqlite3_column_double(statement, column)
        default: nil
        }
    }

    /// Nil for what is no text.
    var text: String? {
        guard sqlite3_column_type(statement, column) == SQLITE_TEXT, let bytes = sqlite3_column_text(statement, column)
        else { return nil }
        let count = Int(sqlite3_column_bytes(statement, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// Nil for what are no bytes.
    var data: Data? {
        guard sqlite3_column_type(statement, column) == SQLITE_BLOB else { return nil }
        guard let bytes = sqlite3_column_blob(statement, column) else { return Data() }
        return Data(bytes: bytes, count: Int(sqlite3_column_bytes(statement, column)))
    }
}
