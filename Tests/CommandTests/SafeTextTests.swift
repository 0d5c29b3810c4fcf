import Essentials
import Foundation
import Testing

@testable import runbook

@Suite struct SafeTextTests {
    @Test(arguments: [
        ("plain\ttext\n", "plain\ttext\n"),
        ("\u{1b}[2J", "␛[2J"),
        ("\u{1b}]0;title\u{7}", "␛]0;title␇"),
        ("a\u{8}b", "a␈b"),
        ("line\r\nnext\r\n", "line\nnext\n"),
        ("50%\r60%", "50%␍60%"),
        ("\u{7f}\u{0}", "␡␀"),
        ("\u{9b}31m", "\\u009b31m"),
        ("user\u{202e}txt.exe", "user\\u202etxt.exe"),
        ("a\u{2066}b\u{2069}", "a\\u2066b\\u2069"),
        ("tag\u{e0041}", "tag\\ue0041"),
        ("e\u{301}\u{1b}", "e\u{301}␛"),
        ("👩‍🚀 日本語", "👩‍🚀 日本語"),
    ])
    func `what a terminal would act on is shown instead`(text: String, shown: String) {
        #expect(text.safeForTerminal == shown)
    }

    @Test func `no control character but newline and tab is left, whichever it was`() {
        for value in UInt32(0)...0x2100 {
            guard let scalar = Unicode.Scalar(value), scalar != "\n", scalar != "\t" else { continue }
            let shown = "a\(scalar)b".safeForTerminal.unicodeScalars
            #expect(!shown.contains { $0.properties.generalCategory == .control }, "U+\(String(value, radix: 16))")
        }
    }

    @Test func `a cell has one line`() {
        #expect("a\nb\tc\r\nd".safeForCell == "a b c d")
    }

    @Test func `JSON made safe is the same value`() throws {
        let value: JSONValue = ["text": "a\u{202e}\u{9b}\u{7f}\u{e0041}\u{1b}ü"]
        let safe = value.text.safeJSONForTerminal
        #expect(safe.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f..<0xa0).contains($0.value) })
        #expect(!safe.unicodeScalars.contains("\u{202e}"))
        #expect(try JSONDecoder().decode(JSONValue.self, from: Data(safe.utf8)) == value)
    }
}
