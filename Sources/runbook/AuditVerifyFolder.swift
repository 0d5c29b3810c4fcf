import API
import App

/// Verifies a database file without a server: a copy, a backup, or the live one.
/// - Throws: `Problem` when the file is missing, foreign or newer, or `head` is not `SEQ:HASH`.
func verifyDatabase(path: String, head: String?) throws -> JournalVerification {
    try DataFolder.verify(path: path, head: head)
}
