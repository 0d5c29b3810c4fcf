/// Reads a pattern's text. `^` at the start and `$` at the end are allowed and change nothing: the whole value must match.
struct PatternParser {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0

    init(_ source: String) { scalars = Array(source.unicodeScalars) }

    mutating func parse() throws(Pattern.Fault) -> PatternNode {
        if peek == "^" { position += 1 }
        let node = try alternation()
        if peek == "$" && position == scalars.count - 1 { position += 1 }
        guard position == scalars.count else { throw fault("has a ) too many") }
        return node
    }

    private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func next() -> Unicode.Scalar? {
        guard let scalar = peek else { return nil }
        position += 1
        return scalar
    }

    private func fault(_ what: String) -> Pattern.Fault {
        Pattern.Fault(message: "The pattern \(what), at character \(min(position + 1, scalars.count)).")
    }

    private mutating func alternation() throws(Pattern.Fault) -> PatternNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= 50 else { throw fault("nests more than 50 groups") }
        var node = try sequence()
        while peek == "|" {
            position += 1
            node = .either(node, try sequence())
        }
        return node
    }

    private mutating func sequence() throws(Pattern.Fault) -> PatternNode {
        var nodes: [PatternNode] = []
        while let scalar = peek, scalar != "|", scalar != ")" {
            if scalar == "$" && position == scalars.count - 1 { break }
            nodes.append(try quantified())
        }
        return nodes.isEmpty ? .empty : .sequence(nodes)
    }

    private mutating func quantified() throws(Pattern.Fault) -> PatternNode {
        let node = try atom()
        let range: (from: Int, to: Int?)
        switch peek {
        case "*": range = (0, nil)
        case "+": range = (1, nil)
        case "?": range = (0, 1)
        case "{":
            position += 1
            range = try counts()
            position -= 1
        default: return node
        }
        position += 1
        // Greedy or lazy makes no difference to whether the whole matches.
        if peek == "?" { position += 1 }
        if let quantifier = peek, "*+?{".unicodeScalars.contains(quantifier) { throw fault("repeats a repetition") }
        return .repeated(node, from: range.from, to: range.to)
    }

    /// After `{`: `n}`, `n,}` or `n,m}`.
    private mutating func counts() throws(Pattern.Fault) -> (from: Int, to: Int?) {
        guard let least = number() else { throw fault("has a { without a number; write \\{ for the character") }
        var most: Int? = least
        if peek == "," {
            position += 1
            most = number()
        }
        guard next() == "}" else { throw fault("has a { that is never closed") }
        guard least <= 1000, most ?? 0 <= 1000 else { throw fault("repeats more than 1000 times") }
        guard most ?? least >= least else { throw fault("has a range whose end comes before its start") }
        return (least, most)
    }

    private mutating func number() -> Int? {
        var text = ""
        while let scalar = peek, ("0"..."9").contains(scalar), text.count < 6 {
            text.unicodeScalars.append(scalar)
            position += 1
        }
        return Int(text)
    }

    private mutating func atom() throws(Pattern.Fault) -> PatternNode {
        guard let scalar = next() else { return .empty }
        switch scalar {
        case "(":
            if peek == "?" {
                guard position + 1 < scalars.count, scalars[position + 1] == ":" else {
                    throw fault("uses a (?…) group other than (?:…)")
                }
                position += 2
            }
            let node = try alternation()
            guard next() == ")" else { throw fault("has a ( that is never closed") }
            return node
        case "[": return .set(try bracket())
        case ".": return .set(Pattern.Class(ranges: [0x0A...0x0A], isNegated: true))
        case "\\": return .set(try escape())
        case "^", "$": throw fault("has \(scalar) in the middle; write \\\(scalar) for the character")
        case "*", "+", "?": throw fault("repeats nothing; write \\\(scalar) for the character")
        default: return .set(Pattern.Class(ranges: [scalar.value...scalar.value]))
        }
    }

    /// After `\`.
    private mutating func escape() throws(Pattern.Fault) -> Pattern.Class {
        guard let scalar = next() else { throw fault("ends in a \\") }
        let digits: [ClosedRange<UInt32>] = [0x30...0x39]
        let word: [ClosedRange<UInt32>] = [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A]
        let space: [ClosedRange<UInt32>] = [0x09...0x0D, 0x20...0x20]
        switch scalar {
        case "d": return Pattern.Class(ranges: digits)
        case "D": return Pattern.Class(ranges: digits, isNegated: true)
        case "w": return Pattern.Class(ranges: word)
        case "W": return Pattern.Class(ranges: word, isNegated: true)
        case "s": return Pattern.Class(ranges: space)
        case "S": return Pattern.Class(ranges: space, isNegated: true)
        case "t": return Pattern.Class(ranges: [0x09...0x09])
        case "n": return Pattern.Class(ranges: [0x0A...0x0A])
        case "r": return Pattern.Class(ranges: [0x0D...0x0D])
        default:
            guard !scalar.properties.isAlphabetic, !("0"..."9").contains(scalar) else {
                throw fault("uses \\\(scalar), which is not supported")
            }
            return Pattern.Class(ranges: [scalar.value...scalar.value])
        }
    }

    /// After `[`.
    private mutating func bracket() throws(Pattern.Fault) -> Pattern.Class {
        var set = Pattern.Class(ranges: [])
        if peek == "^" {
            set.isNegated = true
            position += 1
        }
        var isFirst = true
        while let scalar = next() {
            if scalar == "]" && !isFirst { return set }
            isFirst = false
            var low = scalar
            if scalar == "\\" {
                let escaped = try escape()
                guard !escaped.isNegated else { throw fault("uses a negated class inside […]") }
                guard escaped.ranges.count == 1, let range = escaped.ranges.first, range.count == 1,
                    let single = Unicode.Scalar(range.lowerBound)
                else {
                    set.ranges += escaped.ranges
                    continue
                }
                low = single
            }
            guard peek == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
                set.ranges.append(low.value...low.value)
                continue
            }
            position += 1
            guard var high = next() else { break }
            if high == "\\" {
                guard let escaped = try escape().ranges.first, escaped.count == 1,
                    let single = Unicode.Scalar(escaped.lowerBound)
                else { throw fault("has a class as the end of a range") }
                high = single
            }
            guard low.value <= high.value else { throw fault("has a range whose end comes before its start") }
            set.ranges.append(low.value...high.value)
        }
        throw fault("has a [ that is never closed")
    }
}
