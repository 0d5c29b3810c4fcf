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
        if let last = parts.popLast() {
            let stem = last.lastIndex(of: ".").map { $0 > last.startIndex ? String(last[..<$0]) : last } ?? last
            parts.append(stem)
        }
        return parts.map { part in
            String(String.UnicodeScalarView(part.unicodeScalars.map { $0 != "." && isAllowed($0) ? $0 : "-" }))
        }.joined(separator: ".")
    }

    /// The terminal also writes `accunode/deploy`.
    package static func dotted(_ name: String) -> String { name.split(separator: "/").joined(separator: ".") }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "." || scalar == "_" || scalar == "-" || scalar.properties.isAlphabetic
            || scalar.properties.numericType == .decimal
    }
}
