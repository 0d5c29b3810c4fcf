extension JSONPointer {
    /// Reads the plain part of JSONPath (RFC 9535): `$.release.tags[0]`, `$['release']`. Nothing of it chooses or searches.
    /// - Throws: `Fault`, a sentence's part that says what it must be.
    package init(path: String) throws(Fault) {
        let scalars = Array(path.unicodeScalars)
        let fault = Fault(
            message:
                "\"\(path.prefix(40))\" can't be read: write $.name, $.names[0] and $['name'] alone, or a JSON Pointer")
        guard scalars.first == "$", scalars.count > 1 else { throw fault }
        var pointer = ""
        var index = 1
        while index < scalars.count {
            let token: String
            switch scalars[index] {
            case ".":
                let name = scalars[(index + 1)...].prefix { $0 != "." && $0 != "[" }
                guard !name.isEmpty, !name.contains("*") else { throw fault }
                token = String(String.UnicodeScalarView(name))
                index += 1 + name.count
            case "[":
                guard let end = scalars[index...].firstIndex(of: "]") else { throw fault }
                let inner = scalars[(index + 1)..<end]
                if let quote = inner.first, quote == "'" || quote == "\"" {
                    guard inner.count >= 2, inner.last == quote else { throw fault }
                    token = String(String.UnicodeScalarView(inner.dropFirst().dropLast()))
                } else {
                    guard !inner.isEmpty, inner.allSatisfy({ ("0"..."9").contains($0) }) else { throw fault }
                    token = String(String.UnicodeScalarView(inner))
                }
                index = end + 1
            default: throw fault
            }
            pointer += "/" + token.replacing("~", with: "~0").replacing("/", with: "~1")
        }
        try self.init(pointer)
    }
}
