/// One simple command of a script, as far as reading without running can tell.
struct ShellCommand: Equatable {
    struct Word: Equatable {
        /// Quotes and backslashes taken off, expansions as written.
        var text: String
        var isQuoted: Bool
        var hasExpansion: Bool
        /// The script's line, from 0, on which it begins.
        var line: Int
    }

    /// Assignments before the program, the program, its arguments.
    var words: [Word] = []
    /// The script's line, from 0, on which it begins.
    var line: Int
    /// Ends with `&`.
    var isBackground = false
    /// Reads what the command before it writes.
    var isPipedInto = false
    /// Writes to the command after it.
    var isPipedOnward = false
    /// Has `<`, `<<` or `<<<`.
    var hasInput = false
    /// Stands in `<(…)` or `$(…)`.
    var isNested = false
    /// Ends with a `)` that closes nothing, as the patterns of `case` do.
    var isPattern = false
}
