/// A quick look over YAML before a parser sees it: anchors and aliases (a few hundred bytes can stand for gigabytes) and
/// nesting (a parser that recurses) are refused here, where it costs one pass.
///
/// It reads only as much of YAML as this takes: quotes, comments, block scalars, brackets and leading dashes.
struct YAMLGuard {
    struct Fault: Equatable {
        let message: String
        /// From 1.
        let line: Int
    }

    private let maximumDepth: Int
    private var quote: UInt8?
    private var flowDepth = 0
    private var indents: [Int] = []
    /// The indent of the line that began a block scalar; deeper lines are its text.
    private var blockScalarIndent: Int?

    static func firstFault(in yaml: ArraySlice<UInt8>, maximumDepth: Int) -> Fault? {
        var yamlGuard = YAMLGuard(maximumDepth: maximumDepth)
        for (index, line) in yaml.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            if let message = yamlGuard.read(line) { return Fault(message: message, line: index + 1) }
        }
        return nil
    }

    private init(maximumDepth: Int) { self.maximumDepth = maximumDepth }

    private mutating func read(_ line: ArraySlice<UInt8>) -> String? {
        let indent = line.prefix { $0 == 0x20 }.count
        let isBlank = line.allSatisfy { $0 == 0x20 || $0 == 0x09 }
        if isBlank { return nil }
        if let scalarIndent = blockScalarIndent {
            if indent > scalarIndent { return nil }
            blockScalarIndent = nil
        }
        if quote == nil && flowDepth == 0 {
            while let last = indents.last, last >= indent { indents.removeLast() }
            indents.append(indent)
        }
        return scan(line, indent: indent)
    }

    private mutating func scan(_ line: ArraySlice<UInt8>, indent: Int) -> String? {
        /// Whether a value may begin at the next byte.
        var isNodeStart = true
        var dashes = 0
        var last: UInt8 = 0x20
        var index = line.startIndex + indent
        while index < line.endIndex {
            let byte = line[index]
            let next = index + 1 < line.endIndex ? line[index + 1] : 0x20
            let isSeparated = next == 0x20 || next == 0x09
            if let open = quote {
                if open == 0x22, byte == 0x5C { index += 1 } else if byte == open { quote = nil }
            } else if byte == 0x23, last == 0x20 || last == 0x09 {
                return nil
            } else if byte == 0x20 || byte == 0x09 {
                // Keeps what came before.
            } else if isNodeStart, byte == 0x22 || byte == 0x27 {
                quote = byte
                isNodeStart = false
            } else if isNodeStart, byte == 0x26 || byte == 0x2A, !isSeparated {
                return "uses anchors or aliases (& and *), which are refused; write the value out, or quote it."
            } else if isNodeStart, byte == 0x7C || byte == 0x3E, flowDepth == 0 {
                blockScalarIndent = indent
                return nil
            } else if byte == 0x5B || byte == 0x7B, isNodeStart || flowDepth > 0 {
                flowDepth += 1
                isNodeStart = true
            } else if byte == 0x5D || byte == 0x7D, flowDepth > 0 {
                flowDepth -= 1
                isNodeStart = false
            } else if byte == 0x2C, flowDepth > 0 {
                isNodeStart = true
            } else if byte == 0x3A, isSeparated || flowDepth > 0 {
                isNodeStart = true
            } else if byte == 0x2D || byte == 0x3F, isNodeStart, isSeparated {
                dashes += 1
            } else if byte == 0x21, isNodeStart {
                // A tag: the value follows it.
                while index + 1 < line.endIndex, line[index + 1] != 0x20 { index += 1 }
            } else {
                isNodeStart = false
            }
            guard flowDepth + dashes + indents.count <= maximumDepth else {
                return "nests deeper than \(maximumDepth) levels; flatten it."
            }
            last = byte
            index += 1
        }
        return nil
    }
}
