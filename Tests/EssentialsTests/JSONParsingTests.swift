import Essentials
import Foundation
import Testing

@Suite struct JSONParsingTests {
    @Test(arguments: [
        "null", "true", " false ", "0", "-1", "12.5", "1e3", "-0.25E-2", "9223372036854775807", "9223372036854775808",
        "\"\"", "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00é😀\"", "[]", "[1, [2], {}]", "{}",
        "{\"a\": {\"b\": [null, true, \"c\"]}, \"é\": 1}", "{\"a\":1,\"a\":2}", "\t[\n1 ,\r2 ]", "\"\u{7f}\"",
    ]) func `it reads what Foundation reads, as the same value`(text: String) throws {
        let expected = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        #expect(try JSONValue(parsing: text) == expected)
    }

    @Test(arguments: [
        "", " ", "nul", "truex", "01", "-", "+1", "1.", ".5", "1e", "1e999", "\"", "\"\\x\"", "\"\\u12\"",
        "\"\\ud83d\"",
        "\"\\ude00\"", "\"\\ud83d\\u0041\"", "\"a\nb\"", "[", "[1", "[1,]", "[1 2]", "{", "{a:1}", "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}", "[]]", "NaN", "'a'", "\u{feff}1",
    ]) func `what is no JSON is refused`(text: String) {
        #expect(throws: JSONValue.ParsingError.self) { try JSONValue(parsing: text) }
    }

    @Test func `what is nested too deep is refused, and takes no stack`() throws {
        let deep = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
        #expect(try JSONValue(parsing: deep).text == deep)
        #expect(throws: JSONValue.ParsingError.self) {
            try JSONValue(parsing: String(repeating: "[", count: 1_000_000))
        }
    }

    @Test func `what we write is read back`() throws {
        let value: JSONValue = [
            "text": "a\u{1}\u{7f}\"\\é\u{2028}😀", "number": .number(0.1), "list": [1, true, .null, [:]],
        ]
        #expect(try JSONValue(parsing: value.text) == value)
    }
}
