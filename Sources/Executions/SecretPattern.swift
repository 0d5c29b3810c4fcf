import Foundation

/// One form in which a secret may stand in output.
enum SecretPattern: Sendable, Equatable {
    case plain([UInt8])
    /// As URLs and forms have it. Encoders differ in what they leave as it is, so that any byte may be either.
    case percent([UInt8])
    /// The characters that follow from the secret alone, wherever in the encoded data it stands. A line may end between them,
    /// as `base64` ends one after 76.
    case base64([UInt8])

    enum Match: Equatable {
        case none
        /// It may be one, when more arrives.
        case beginning
        /// So many bytes are one.
        case whole(Int)
    }

    /// A line's end is only taken as one inside of base64 after so many characters: otherwise the end of many a line would
    /// be held back. What a line's end cuts off before that is a pattern by itself without it.
    private static let charactersBeforeLineEnd = 3
    /// As many as a line's end has at most, CR and LF.
    private static let lineEndBytes = 2

    /// The forms other than the plain one.
    static func encoded(_ secret: [UInt8]) -> [SecretPattern] {
        var cores: [[UInt8]] = []
        // Of what stands before the secret only the length counts, and of that the rest of a division by three.
        for before in 0..<3 {
            let text = Array(Data([UInt8](repeating: 0, count: before) + secret).base64EncodedString().utf8)
            let core = text[((8 * before + 5) / 6)..<(8 * (before + secret.count) / 6)]
            for cut in 0..<charactersBeforeLineEnd where core.count - cut >= Masker.shortest {
                cores.append(Array(core.dropFirst(cut)))
            }
        }
        let safe = cores.map {
            $0.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 == UInt8(ascii: "/") ? 0x5f : $0 }
        }
        let all = cores + zip(cores, safe).filter { $0 != $1 }.map(\.1)
        return [.percent(secret)] + all.sorted { $0.count > $1.count }.map(SecretPattern.base64)
    }

    var firstBytes: [UInt8] {
        switch self {
        case .plain(let secret), .base64(let secret): secret.first.map { [$0] } ?? []
        case .percent(let secret):
            secret.first.map { [$0, UInt8(ascii: "%")] + ($0 == 0x20 ? [UInt8(ascii: "+")] : []) } ?? []
        }
    }

    func match(_ bytes: ArraySlice<UInt8>) -> Match {
        switch self {
        case .plain(let secret): Self.plainly(bytes, secret)
        case .percent(let secret): Self.percentEncoded(bytes, secret)
        case .base64(let core): Self.inBase64(bytes, core)
        }
    }

    private static func plainly(_ bytes: ArraySlice<UInt8>, _ secret: [UInt8]) -> Match {
        if bytes.count >= secret.count {
            return bytes.starts(with: secret) ? .whole(secret.count) : .none
        }
        return secret.starts(with: bytes) ? .beginning : .none
    }

    private static func percentEncoded(_ bytes: ArraySlice<UInt8>, _ secret: [UInt8]) -> Match {
        var index = bytes.startIndex
        for byte in secret {
            guard index < bytes.endIndex else { return .beginning }
            let given = bytes[index]
            if given == UInt8(ascii: "%") {
                let digits = bytes[(index + 1)...].prefix(2)
                let high = digits.first.map { hexValue($0) == byte >> 4 }
                if high == false { return .none }
                guard digits.count == 2 else { return .beginning }
                guard hexValue(digits[index + 2]) == byte & 0x0f else { return .none }
                index += 3
            } else if given == byte || (byte == 0x20 && given == UInt8(ascii: "+")) {
                index += 1
            } else {
                return .none
            }
        }
        return .whole(index - bytes.startIndex)
    }

    private static func inBase64(_ bytes: ArraySlice<UInt8>, _ core: [UInt8]) -> Match {
        var matched = 0
        var ends = 0
        var index = bytes.startIndex
        while matched < core.count {
            guard index < bytes.endIndex else { return .beginning }
            let given = bytes[index]
            if given == core[matched] {
                matched += 1
                ends = 0
            } else if given == 0x0a || given == 0x0d, matched >= charactersBeforeLineEnd, ends < lineEndBytes {
                ends += 1
            } else {
                return .none
            }
            index += 1
        }
        return .whole(index - bytes.startIndex)
    }

    private static func hexValue(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}
