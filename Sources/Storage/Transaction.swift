import Essentials
import GRDB

/// A change in the making: reads see what it has written so far; all of it is committed or none.
package final class Transaction: Reader {
    private(set) var afterCommit: [@Sendable () -> Void] = []
    /// It has said what is to be found.
    var hasSearchBacklog = false

    /// - Returns: how many rows it changed.
    @discardableResult
    package func execute(_ sql: SQL) throws -> Int {
        let statement = try bind(sql)
        while try statement.step() {}
        return connection.changesCount
    }

    /// The same, for what a trigger may refuse.
    /// - Returns: false where one has: then the statement has changed nothing, and the transaction goes on.
    package func attempt(_ sql: SQL) throws -> Bool {
        do {
            try execute(sql)
            return true
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_TRIGGER {
            return false
        }
    }

    /// Runs once the change is durable, before its caller is answered; not at all when it is rolled back.
    package func afterCommit(_ act: @escaping @Sendable () -> Void) { afterCommit.append(act) }

    /// Runs `body` so that its failure takes back only what it did itself.
    func savepoint<Value>(_ body: () throws -> Value) throws -> Value {
        let planned = afterCommit
        try connection.cachedStatement(sql: "SAVEPOINT one_of_many").execute()
        do {
            let value = try body()
            try connection.cachedStatement(sql: "RELEASE one_of_many").execute()
            return value
        } catch {
            afterCommit = planned
            // A full disk has rolled back everything already; then there is no savepoint to go back to.
            if connection.isInsideTransaction {
                try connection.execute(sql: "ROLLBACK TO one_of_many")
                try connection.execute(sql: "RELEASE one_of_many")
            }
            throw error
        }
    }
}
