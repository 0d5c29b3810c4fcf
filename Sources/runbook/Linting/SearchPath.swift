import Foundation

/// Where a shell looks for programs.
struct SearchPath {
    private let folders: [String]

    /// - Parameter text: as in `PATH`, folders separated by colons.
    init(_ text: String) { folders = text.split(separator: ":").map(String.init) }

    /// The file that a name stands for; nil when there is none.
    func find(_ program: String) -> String? {
        folders.lazy.map { "\($0)/\(program)" }.first { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
                && FileManager.default.isExecutableFile(atPath: path)
        }
    }
}
