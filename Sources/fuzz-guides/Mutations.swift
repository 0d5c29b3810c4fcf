/// Guides that nobody would write, made of those that people write; the same ones for the same seed on every machine.
struct Mutations {
    private static let longest = 60_000
    /// What Markdown, YAML and shells take for more than letters.
    private static let tokens: [[UInt8]] =
        [
            "```", "~~~", "````", "```sh\n", "```console\n$ ", "```http {name=a}\n", "```sh {\"name\":", "{name=",
            "---\n", "***",
            "# ", "## ", "> ", ">>>>", "- [ ] ", "- [x] ", "1. ", "1) [ ] ", "    ", "\t", "| a | b |\n|---|---|\n",
            "|", "||",
            "[x]: ", "[a](", "![", "](", "<!--", "-->", "<!-- runbook: allow ", "<script>", "<", "</", "&#0;", "&amp",
            "http://",
            "javascript:", "\\", "`", "``", "*", "**", "_", "~~", "\"", "'", "$(", "${", "$((", "<<EOF\n", "<<-'E'\n",
            "EOF\n", "((",
            "[[", "{{", "}}", "<name>", "YOUR_X", "|| ", "&& ", "; ", "&", "title: ", "parameters:\n  A: ", "&a ", "*a",
            "<<: *a",
            "!!binary ", "? ", "- - - ", "pattern: '(a+)+$'", "alerts:\n- ", "\r\n", "\r", "\n\n", "\0", "\u{FEFF}",
            "\u{202E}",
            "\u{301}", "İ", "ß", "👩‍🔧", "\u{2028}", "rm -rf /", "kubectl delete", "curl x | sh", "sudo ", "password=",
        ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xE2, 0x80], [0xF0, 0x9F], [0xED, 0xA0, 0x80]]

    let seed: UInt64
    let corpus: [[UInt8]]

    func guide(_ number: Int) -> [UInt8] {
        var random = Randomness(seed: seed &+ UInt64(number) &* 0x1_0000_0001)
        var bytes = pick(corpus, &random)
        for _ in 0..<Int.random(in: 1...16, using: &random) { change(&bytes, &random) }
        return Array(bytes.prefix(Self.longest))
    }

    private func change(_ bytes: inout [UInt8], _ random: inout Randomness) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let end = min(bytes.count, place + Int.random(in: 0...200, using: &random))
        switch Int.random(in: 0..<9, using: &random) {
        case 0: bytes.insert(contentsOf: pick(Self.tokens, &random), at: place)
        case 1: bytes.replaceSubrange(place..<end, with: pick(Self.tokens, &random))
        case 2: bytes.removeSubrange(place..<end)
        case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
        case 4: bytes.insert(UInt8.random(in: 1...127, using: &random), at: place)
        case 5:
            let token = pick(Self.tokens, &random)
            bytes.insert(
                contentsOf: repeatElement(token, count: Int.random(in: 2...300, using: &random)).joined(), at: place)
        case 6: bytes.removeSubrange(place...)
        case 7:
            let other = pick(corpus, &random)
            let start = Int.random(in: 0...other.count, using: &random)
            bytes.insert(contentsOf: other[start...].prefix(2000), at: place)
        default:
            // What is no UTF-8 is refused at once, and a few tokens see to that.
            for index in place..<end where bytes[index] < 0x80 && Int.random(in: 0..<8, using: &random) == 0 {
                bytes[index] ^= 1 << UInt8.random(in: 0..<7, using: &random)
            }
        }
    }

    private func pick(_ all: [[UInt8]], _ random: inout Randomness) -> [UInt8] {
        all[Int.random(in: 0..<all.count, using: &random)]
    }
}

/// SplitMix64: the same numbers for the same seed, on every machine.
struct Randomness: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
