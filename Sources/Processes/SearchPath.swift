import Foundation

/// Where programs are looked for, as a shell does.
package struct SearchPath: Sendable {
    private let folders: [String]

    /// - Parameter text: as in `PATH`, folders separated by colons.
    package init(_ text: String) { folders = text.split(separator: ":").map(String.init) }

    /// The file that a name stands for; a name with a slash in it is a path itself. Nil when there is none, or it is no
    /// file that may be executed.
    package func find(_ program: String) -> String? {
        if program.contains("/") { return Self.isProgram(program) ? program : nil }
        return folders.lazy.map { "\($0)/\(program)" }.first(where: Self.isProgram)
    }

    /// Folders may be "executed" too.
    private static func isProgram(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
            && FileManager.default.isExecutableFile(atPath: path)
    }
}
