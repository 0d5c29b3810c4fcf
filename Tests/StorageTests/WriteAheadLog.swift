import Foundation

/// What SQLite's log tells of the commits in it; https://www.sqlite.org/fileformat2.html#the_write_ahead_log
struct WriteAheadLog {
    let commits: Int

    init(of folder: TemporaryFolder) throws {
        let log = try Data(contentsOf: URL(fileURLWithPath: folder.file("runbook.db-wal")))
        guard log.count >= 32 else {
            commits = 0
            return
        }
        func number(at offset: Int) -> UInt32 { log[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) } }
        let page = Int(number(at: 8))
        let salt = number(at: 16)
        // The frame that ends a commit carries the size of the database; frames of an older round have another salt.
        commits = stride(from: 32, through: log.count - 24 - page, by: 24 + page)
            .prefix { number(at: $0 + 8) == salt }.count { number(at: $0 + 4) > 0 }
    }
}
