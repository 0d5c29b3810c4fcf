import Essentials
import Foundation
import Testing

struct `JSON values` {
    @Test func `equal values have equal bytes, whatever the order of their members`() {
        let a: JSONValue = ["b": 1, "a": ["x": nil_, "y": true], "c": ["/", 2]]
        let b: JSONValue = ["c": ["/", 2], "a": ["y": true, "x": nil_], "b": 1]
        #expect(a.text == b.text)
        #expect(a.text == #"{"a":{"x":null,"y":true},"b":1,"c":["/",2]}"#)
    }

    private let nil_ = JSONValue.null

    @Test func `every text comes back through another JSON reader as it was`() throws {
        let text = String(String.UnicodeScalarView((0..<0x300).compactMap(Unicode.Scalar.init)))
        for value in [text, "\u{2028}\u{202E}\u{FEFF}", "👩‍👩‍👧‍👦 e\u{301}", "\"\u{301}", "\\", ""] {
            let written = JSONValue.array([.string(value)]).text
            let read = try JSONSerialization.jsonObject(with: Data(written.utf8)) as? [String]
            #expect(read?.first?.unicodeScalars.elementsEqual(value.unicodeScalars) == true)
        }
    }

    @Test func `control characters are never written as themselves`() {
        let text = String(String.UnicodeScalarView(((0..<0x20).map { $0 } + [0x7f]).compactMap(Unicode.Scalar.init)))
        let written = JSONValue.string(text).text
        #expect(written.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f })
    }

    @Test(arguments: [
        "null", "true", "[]", "{}", "-9223372036854775808", "9223372036854775807", "0.5", #"{"a":[1,"1"]}"#,
    ])
    func `a compact text is read and written as the same`(text: String) throws {
        #expect(try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)).text == text)
    }

    @Test func `numbers that JSON has no word for become null`() {
        #expect(JSONValue.array([.number(.nan), .number(.infinity), .number(1.5)]).text == "[null,null,1.5]")
    }

    @Test func `a member is found by its name, and only in an object`() {
        let value: JSONValue = ["name": "Ada", "age": 36]
        #expect(value["name"]?.string == "Ada")
        #expect(value["age"]?.integer == 36)
        #expect(value["none"] == nil)
        #expect(JSONValue.string("name")["name"] == nil)
    }

    @Test func `the coder and the writer agree`() throws {
        let value: JSONValue = ["a": [1, "two", true, .null, .number(2.5)], "b": ["c": "d"]]
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        #expect(String(decoding: try encoder.encode(value), as: UTF8.self) == value.text)
    }
}
