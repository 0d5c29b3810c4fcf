/// A regular expression that is matched against a whole value in time proportional to its length.
///
/// Patterns come from a runbook and values from anybody, so that a backtracking engine could be held for hours by thirty
/// characters. This is Thompson's construction (Russ Cox, "Regular Expression Matching Can Be Simple And Fast", 2007), with
/// the syntax that parameter patterns use: literals, `.`, classes, `\d \w \s` and their opposites, groups, `|`, `* + ? {m,n}`.
package struct Pattern: Sendable, Equatable {
    /// The longest value, in bytes, that is tried.
    package static let maximumInput = 4096
    /// Longest program: {m,n} multiplies, and a match costs program times input.
    static let maximumProgram = 2000

    package let source: String
    private let program: [Instruction]

    /// A set of scalars.
    struct Class: Sendable, Equatable {
        var ranges: [ClosedRange<UInt32>]
        var isNegated = false

        func contains(_ scalar: Unicode.Scalar) -> Bool {
            ranges.contains { $0.contains(scalar.value) } != isNegated
        }
    }

    enum Instruction: Sendable, Equatable {
        case match(Class)
        case split(Int, Int)
        case jump(Int)
        case accept
    }

    /// Why a pattern can't be read, as a sentence.
    package struct Fault: Error, Equatable {
        package let message: String
    }

    package init(_ source: String) throws(Fault) {
        self.source = source
        guard source.utf8.count <= 1000 else { throw Fault(message: "The pattern is longer than 1000 bytes.") }
        var parser = PatternParser(source)
        program = try parser.parse().compiled()
    }

    package static func == (a: Pattern, b: Pattern) -> Bool { a.source == b.source }

    /// Whether the whole value matches.
    package func matches(_ value: String) -> Bool {
        var current = States(count: program.count)
        var next = States(count: program.count)
        add(0, to: &current)
        for scalar in value.unicodeScalars {
            for state in current.members {
                if case .match(let set) = program[state], set.contains(scalar) { add(state + 1, to: &next) }
            }
            swap(&current, &next)
            next.removeAll()
            if current.members.isEmpty { return false }
        }
        return current.members.contains { program[$0] == .accept }
    }

    /// Whether some part of the text matches.
    package func isFound(in text: String) -> Bool {
        var current = States(count: program.count)
        var next = States(count: program.count)
        add(0, to: &current)
        for scalar in text.unicodeScalars {
            if current.members.contains(where: { program[$0] == .accept }) { return true }
            for state in current.members {
                if case .match(let set) = program[state], set.contains(scalar) { add(state + 1, to: &next) }
            }
            // The part may begin behind this character too.
            add(0, to: &next)
            swap(&current, &next)
            next.removeAll()
        }
        return current.members.contains { program[$0] == .accept }
    }

    private struct States {
        var members: [Int] = []
        private var isMember: [Bool]

        init(count: Int) { isMember = Array(repeating: false, count: count) }

        mutating func insert(_ state: Int) -> Bool {
            if isMember[state] { return false }
            isMember[state] = true
            members.append(state)
            return true
        }

        mutating func removeAll() {
            for state in members { isMember[state] = false }
            members.removeAll(keepingCapacity: true)
        }
    }

    /// Adds a state and all that it reaches without a character.
    private func add(_ state: Int, to states: inout States) {
        var waiting = [state]
        while let state = waiting.popLast() {
            guard states.insert(state) else { continue }
            switch program[state] {
            case .jump(let target): waiting.append(target)
            case .split(let first, let second): waiting += [second, first]
            case .match, .accept: break
            }
        }
    }
}

/// The expression's tree.
indirect enum PatternNode {
    case empty
    case set(Pattern.Class)
    case sequence([PatternNode])
    case either(PatternNode, PatternNode)
    case repeated(PatternNode, from: Int, to: Int?)

    func compiled() throws(Pattern.Fault) -> [Pattern.Instruction] {
        var program: [Pattern.Instruction] = []
        try emit(into: &program)
        program.append(.accept)
        return program
    }

    private func emit(into program: inout [Pattern.Instruction]) throws(Pattern.Fault) {
        guard program.count < Pattern.maximumProgram else {
            throw Pattern.Fault(message: "The pattern is too large; use smaller numbers in {…}.")
        }
        switch self {
        case .empty: break
        case .set(let set): program.append(.match(set))
        case .sequence(let nodes): for node in nodes { try node.emit(into: &program) }
        case .either(let first, let second):
            let split = program.count
            program.append(.split(split + 1, split + 1))
            try first.emit(into: &program)
            let jump = program.count
            program.append(.jump(jump + 1))
            program[split] = .split(split + 1, program.count)
            try second.emit(into: &program)
            program[jump] = .jump(program.count)
        case .repeated(let node, let least, let most):
            for _ in 0..<least { try node.emit(into: &program) }
            if let most {
                var splits: [Int] = []
                for _ in least..<most {
                    splits.append(program.count)
                    program.append(.split(program.count + 1, program.count + 1))
                    try node.emit(into: &program)
                }
                for split in splits { program[split] = .split(split + 1, program.count) }
            } else {
                let split = program.count
                program.append(.split(split + 1, split + 1))
                try node.emit(into: &program)
                program.append(.jump(split))
                program[split] = .split(split + 1, program.count)
            }
        }
    }
}
