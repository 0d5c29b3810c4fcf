import Essentials

/// The links of an import's guides to runbooks that the server did not have when the guide came: others of the same import
/// bring some of them.
struct BrokenLinks {
    private struct Link {
        let path: String
        let runbook: String
        let line: Int64
        let message: String
    }

    /// What the import brings, as far as it has not been refused.
    private var names: Set<String>
    private var links: [Link] = []

    init(of files: [GuideFile]) { names = Set(files.map(\.name)) }

    /// - Returns: how many of the guide's broken links lead to others of this import.
    mutating func take(_ imported: Imported, of file: GuideFile) -> Int {
        guard case .array(let findings) = imported.runbook["findings"] else { return 0 }
        var mended = 0
        for finding in findings {
            guard let runbook = finding["runbook"]?.string, let message = finding["message"]?.string,
                case .integer(let line) = finding["line"]
            else { continue }
            links.append(Link(path: file.path, runbook: runbook, line: line, message: message))
            if names.contains(runbook) { mended += 1 }
        }
        return mended
    }

    mutating func refused(_ file: GuideFile) { names.remove(file.name) }

    func tell() throws {
        for link in links where !names.contains(link.runbook) {
            try Output.talk.say("\(link.path):\(link.line): broken-link: \(link.message)")
        }
    }
}
