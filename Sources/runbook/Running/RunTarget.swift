import Essentials
import Foundation
import Runbooks

/// What `exec` is to run: a runbook of the catalogue or a file, and perhaps one section of it.
enum RunTarget: Equatable {
    case runbook(String, section: String?)
    case file(String, section: String?)

    /// A file where there is one, or where the name ends like a guide's; what follows the last `#` is a section.
    init(_ text: String, isFile: (String) -> Bool = RunTarget.isFile) {
        if isFile(text) {
            self = .file(text, section: nil)
            return
        }
        var name = text
        var section: String?
        if let mark = text.lastIndex(of: "#") {
            name = String(text[..<mark])
            section = String(text[text.index(after: mark)...])
            if section?.isEmpty == true { section = nil }
        }
        if isFile(name) || name.hasSuffix(".md") || name.hasSuffix(".markdown") {
            self = .file(name, section: section)
        } else {
            self = .runbook(RunbookName.dotted(name), section: section)
        }
    }

    /// Whether a path leads to something else than a folder.
    private static func isFile(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
    }
}

/// A parameter's value as typed: `KEY=VALUE`.
struct Assignment: Equatable {
    let name: String
    let value: String

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else { return nil }
        name = String(argument[..<equals])
        value = String(argument[argument.index(after: equals)...])
    }
}
