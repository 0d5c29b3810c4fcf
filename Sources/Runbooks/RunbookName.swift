package import Essentials

/// How runbooks are called: `accunode.deploy`, made of letters, digits, `_`, `-` and the dots between folders.
package enum RunbookName {
    /// - Throws: `Problem.invalid` with what a name is made of.
    package static func check(_ name: String) throws(Problem) {
        let isNamed = (1...200).contains(name.utf8.count) && name.unicodeScalars.allSatisfy(isAllowed)
        guard isNamed, !name.hasPrefix("."), !name.hasSuffix("."), !name.contains("..") else {
            throw .invalid(
                "\"\(name.prefix(80))\" is not a runbook's name: it has letters, digits, _ and -, and dots between them, at most 200 bytes.",
                fields: [.init(name: "name", message: "such as accunode.deploy")])
        }
    }

    /// The name of a file: its path below the folder given, without the last extension; `/` becomes `.`, and what is
    /// not a letter, digit, `_` or `-` becomes `-`.
    package static func of(path: String) -> String {
        var parts = path.split(separator: "/").map(String.init)
        if let last = parts.popLast() { parts.append(stem(of: last)) }
        return parts.map(part).joined(separator: ".")
    }

    /// The runbook that a link from another one means: files lie to each other as the names of their runbooks say.
    /// - Returns: nil for what lies above all of them, or has no name.
    package static func linked(_ path: String, from name: String) -> String? {
        var parts = name.split(separator: ".").dropLast().map(String.init)
        let steps = path.split(separator: "/").map(String.init)
        for step in steps.dropLast() where step != "." {
            if step != ".." {
                parts.append(part(step))
            } else if parts.popLast() == nil {
                return nil
            }
        }
        guard let file = steps.last, file != ".", file != ".." else { return nil }
        let linked = (parts + [part(stem(of: file))]).joined(separator: ".")
        do {
            try check(linked)
            return linked
        } catch {
            return nil
        }
    }

    private static func stem(of file: String) -> String {
        file.lastIndex(of: ".").map { $0 > file.startIndex ? String(file[..<$0]) : file } ?? file
    }

    private static func part(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0 != "." && isAllowed($0) ? $0 : "-" }))
    }

    /// The terminal also writes `accunode/deploy`.
    package static func dotted(_ name: String) -> String { name.split(separator: "/").joined(separator: ".") }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "." || scalar == "_" || scalar == "-" || scalar.properties.isAlphabetic
            || scalar.properties.numericType == .decimal
    }
}
