/// Makes unique names for anchors and ids out of text, as GitHub makes them for headings.
struct Slugs {
    private var taken: Set<String> = []
    private var counts: [String: Int] = [:]

    /// Lower case; letters, marks, digits, `_` and `-` stay, blanks become `-`, the rest goes; hyphens at the ends go too.
    static func slug(_ text: String, maximum: Int = 100) -> String {
        var slug = String.UnicodeScalarView()
        var count = 0
        let isASCII = text.utf8.allSatisfy { $0 < 0x80 }
        for var scalar in isASCII ? text.unicodeScalars : text.lowercased().unicodeScalars {
            if isASCII, ("A"..."Z").contains(scalar) { scalar = Unicode.Scalar(UInt8(scalar.value) | 0x20) }
            guard count < maximum else { break }
            switch scalar {
            case "a"..."z", "0"..."9", "_": slug.append(scalar)
            case " ", "-", "\t", "\n":
                guard count > 0 else { continue }
                slug.append("-")
            default:
                guard !scalar.isASCII, scalar.isWordPart else { continue }
                slug.append(scalar)
            }
            count += 1
        }
        while slug.last == "-" { slug.removeLast() }
        return String(slug)
    }

    /// Takes a name that must not be given out again; false when it is taken already.
    mutating func reserve(_ name: String) -> Bool { taken.insert(name).inserted }

    /// `base`, or `base-1`, `base-2`, … from `first` on: the next that is free.
    mutating func unique(_ base: String, first: Int = 1) -> String {
        if taken.insert(base).inserted { return base }
        var number = counts[base] ?? first
        while !taken.insert("\(base)-\(number)").inserted { number += 1 }
        counts[base] = number + 1
        return "\(base)-\(number)"
    }
}

extension Unicode.Scalar {
    fileprivate var isWordPart: Bool {
        switch properties.generalCategory {
        case .lowercaseLetter, .uppercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .connectorPunctuation:
            true
        default: false
        }
    }
}
