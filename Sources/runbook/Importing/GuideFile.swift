import Essentials
import Runbooks

/// A file to import and the name that it gets.
struct GuideFile: Sendable, Equatable {
    let path: String
    let name: String

    /// The name of a file that is named by itself: its base name alone counts.
    static func name(ofFile path: String) -> String {
        RunbookName.of(path: path.split(separator: "/").last.map(String.init) ?? path)
    }

    /// The bytes, as they are.
    /// - Throws: `Problem.invalid` for what is not a readable, regular file of at most 5 MB.
    func read() throws(Problem) -> [UInt8] { try SourceFile.read(path) }
}
