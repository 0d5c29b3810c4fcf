import Glibc

/// A path with `*`, `?`, `[…]` and `**`, for where no shell expands it. As in a shell a hidden name is matched by no
/// wildcard; `**` stands for any number of folders, none among them.
struct GuidePattern {
    /// The folder that the pattern begins with, before its first wildcard.
    let folder: String
    private let parts: [String]

    /// - Returns: nil for a path without wildcards.
    init?(_ path: String) {
        let all = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        guard let first = all.firstIndex(where: Self.isWild) else { return nil }
        let fixed = all[..<first].joined(separator: "/")
        folder = path.hasPrefix("/") ? "/\(fixed)" : fixed.isEmpty ? "." : fixed
        parts = Array(all[first...])
    }

    /// - Parameter path: below the folder.
    func matches(_ path: String) -> Bool {
        let names = path.split(separator: "/").map(String.init)
        // Which beginnings of the pattern fit the names so far: no pattern takes longer than its length times the path's.
        var fitting = Set([0])
        skipFolders(&fitting)
        for name in names {
            var next: Set<Int> = []
            for place in fitting where place < parts.count {
                if parts[place] == "**" {
                    if !name.hasPrefix(".") { next.insert(place) }
                } else if fnmatch(parts[place], name, FNM_PERIOD) == 0 {
                    next.insert(place + 1)
                }
            }
            skipFolders(&next)
            fitting = next
        }
        return fitting.contains(parts.count)
    }

    private func skipFolders(_ places: inout Set<Int>) {
        for place in places.sorted() {
            var place = place
            while place < parts.count, parts[place] == "**" {
                place += 1
                places.insert(place)
            }
        }
    }

    private static func isWild(_ part: String) -> Bool { part.contains { "*?[".contains($0) } }
}
