import Foundation
import Testing

@testable import Executions

/// Secrets as programs print them: in URLs, in forms, in headers of HTTP, in the output of `base64`.
@Suite struct EncodedSecretTests {
    private static let secrets = [
        "hunter22", "p@ss w/ord+=?", "päss wörd%41", "k3y-" + String(repeating: "Zq9/", count: 40),
    ]

    private func masked(_ text: String, _ secrets: [String] = Self.secrets) -> String {
        Masker.masked(text, secrets: secrets)
    }

    /// As `base64` prints it.
    private func wrapped(_ data: Data, at width: Int, _ end: String = "\n") -> String {
        let text = Array(data.base64EncodedString())
        return stride(from: 0, to: text.count, by: width).map { String(text[$0..<min($0 + width, text.count)]) }
            .joined(separator: end) + end
    }

    @Test(arguments: secrets)
    func `percent-encoded, whatever the encoder leaves as it is`(secret: String) throws {
        let sets: [CharacterSet] = [
            .alphanumerics, .urlQueryAllowed, .urlPathAllowed, .urlHostAllowed, CharacterSet(charactersIn: "-._~/"),
            CharacterSet(),
        ]
        for set in sets {
            let encoded = try #require(secret.addingPercentEncoding(withAllowedCharacters: set))
            for text in [encoded, encoded.replacing("%20", with: "+"), Self.lowered(encoded)] {
                #expect(masked("https://ada:\(text)@example.com/") == "https://ada:••••••@example.com/", "\(text)")
            }
        }
    }

    @Test(arguments: secrets)
    func `in base64, whatever stands before it, and in both alphabets`(secret: String) throws {
        for before in 0..<7 {
            let data = Data((String(repeating: "u", count: before) + secret + ":after").utf8)
            for text in [data.base64EncodedString(), Self.safe(data.base64EncodedString())] {
                let shown = masked("Authorization: Basic \(text)\n")
                #expect(shown.hasPrefix("Authorization: Basic ") && shown.contains("••••••"), "\(before): \(shown)")
                // At each side of the mask at most one character may tell a part of the secret.
                let first = 8 * before / 6
                let last = (8 * (before + secret.utf8.count) + 5) / 6
                let left = text.count - (last - first)
                let rest = shown.replacing("••••••", with: "").count - "Authorization: Basic \n".count
                #expect(rest <= left + 2, "\(before): \(shown)")
            }
        }
    }

    @Test(arguments: secrets)
    func `in base64 whose lines end anywhere`(secret: String) throws {
        for width in [8, 9, 61, 64, 76] {
            for before in 0..<width {
                let data = Data((String(repeating: "x", count: before) + secret).utf8)
                for end in ["\n", "\r\n"] {
                    let shown = masked(wrapped(data, at: width, end))
                    let told = shown.replacing("••••••", with: "").filter { !$0.isNewline }.count
                    // What stands before it, the characters at its edges, those that a line's end cuts off, and the padding.
                    let allowed = 8 * before / 6 + 1 + 2 + 2 + 2
                    #expect(told <= allowed, "\(width) \(before): \(shown)")
                }
            }
        }
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `wherever the stream is cut`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let words =
            try Self.secrets.flatMap { secret in
                let encoded = try #require(secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
                return [
                    secret, encoded, String(encoded.dropLast()), Data(secret.utf8).base64EncodedString(),
                    wrapped(Data("ab\(secret)".utf8), at: 16), Self.safe(Data("x\(secret)".utf8).base64EncodedString()),
                ]
            } + ["\n", "%", "plain", "\r\n", "%7"]
        let text = Array((0..<40).map { _ in words.randomElement(using: &generator) ?? "" }.joined().utf8)
        var whole = Masker(secrets: Self.secrets)
        let expected = whole.feed(text) + whole.finish()
        var pieces = Masker(secrets: Self.secrets)
        var shown: [UInt8] = []
        var rest = text[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 0...6, using: &generator))
            shown += pieces.feed(Array(piece))
            rest = rest.dropFirst(piece.count)
        }
        #expect(shown + pieces.finish() == expected, "seed \(seed)")
    }

    @Test func `line by line, where a secret has several`() {
        let key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----\n"
        let shown = masked("1: -----BEGIN KEY-----\r\n2: MIIEvQIBADANBgkq\r\n3: hkiG9w0BAQEFAASC\r\n", [key])
        #expect(shown == "1: ••••••\r\n2: ••••••\r\n3: ••••••\r\n")
    }

    @Test func `the end of a line waits for nothing`() {
        var masker = Masker(secrets: Self.secrets)
        // The base64 of "hunter22" begins with aHVu.
        for line in ["a\n", "aH\n", "done: 100%\n", "h\n", "aHV a\n"] {
            #expect(String(decoding: masker.feed(Array(line.utf8)), as: UTF8.self) == line)
        }
    }

    @Test func `what is none stays`() {
        for text in ["hunter2 %68%75%6", "aHVudGV", "p%40ss%20w%2Ford%2B", "%", "aHVu\n\n\ndGVyMjI", "%zz%6"] {
            #expect(masked(text) == text)
        }
    }

    private static func lowered(_ text: String) -> String {
        text.replacing(/%[0-9A-F]{2}/) { String($0.output).lowercased() }
    }

    private static func safe(_ base64: String) -> String { base64.replacing("+", with: "-").replacing("/", with: "_") }
}
