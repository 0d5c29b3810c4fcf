import Essentials
import Foundation
import Testing

@Suite struct JSONBytesTests {
    private struct Inner: Codable {
        var name = "inner"
        var missing: String?
        var flags: [Bool] = [true, false]
    }

    private struct Outer: Codable {
        var z = "last letter first"
        var number = -12
        var big = Int64.max
        var small: UInt8 = 255
        var half = 0.5
        var whole = 3.0
        var single: Float = 1.25
        var nothing: [String] = []
        var none: [String: Int] = [:]
        var inner = Inner()
        var many = [Inner(), Inner(name: "second", missing: "there", flags: [])]
        var deep: [[[Int]]] = [[[1], []], []]
        var map = ["b": Inner(), "a": Inner(name: "of a")]
        var value: JSONValue = ["k": [1, "two", true, ["x": .null]], "a": .number(1e-7)]
        var optional: [String?] = ["one", nil]
    }

    /// Writes by hand what compilers never write: nested containers, a container asked for twice, a super encoder.
    private struct Manual: Encodable {
        enum Key: String, CodingKey { case first, second, list, rest }

        func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: Key.self)
            var nested = members.nestedContainer(keyedBy: Key.self, forKey: .first)
            try nested.encode(1, forKey: .first)
            try nested.encodeNil(forKey: .second)
            var list = members.nestedUnkeyedContainer(forKey: .list)
            try list.encode("a")
            var inner = list.nestedContainer(keyedBy: Key.self)
            try inner.encode([1, 2], forKey: .list)
            var numbers = list.nestedUnkeyedContainer()
            try numbers.encode(3)
            try list.encodeNil()
            try Inner().encode(to: members.superEncoder(forKey: .rest))
            var again = encoder.container(keyedBy: Key.self)
            try again.encode(true, forKey: .second)
        }
    }

    private struct Nothing: Encodable {
        func encode(to encoder: any Encoder) {}
    }

    private class Base: Encodable {
        let base = "b"
    }

    private final class Derived: Base {
        enum Key: String, CodingKey { case derived }

        override func encode(to encoder: any Encoder) throws {
            try super.encode(to: encoder)
            var members = encoder.container(keyedBy: Key.self)
            try members.encode("d", forKey: .derived)
        }
    }

    private func text(_ value: some Encodable) throws -> String {
        String(decoding: try JSONBytes.encode(value), as: UTF8.self)
    }

    /// Foundation's encoder is the judge.
    private func expectSame(_ value: some Encodable, _ location: SourceLocation = #_sourceLocation) throws {
        let theirs = try JSONEncoder().encode(value)
        let ours = try text(value)
        #expect(
            try JSONValue(parsing: ours) == JSONValue(parsing: String(decoding: theirs, as: UTF8.self)),
            "\(ours)", sourceLocation: location)
    }

    @Test func `what is written says the same as Foundation's encoder`() throws {
        try expectSame(Outer())
        try expectSame([Outer(), Outer()])
        try expectSame(Manual())
        try expectSame([Manual()])
        try expectSame(Derived())
        try expectSame(["text"])
        try expectSame([String]())
        try expectSame([String: String]())
        try expectSame([Int.min, Int.max])
        try expectSame(["only": Optional<Int>.none])
    }

    @Test func `a text of any characters comes back as it was`() throws {
        var texts = (0..<0x300).compactMap { Unicode.Scalar($0).map { "a\($0)z" } }
        texts += ["", "\"\\/\r\n\t", "\u{7f}\u{0}", "ü", "\u{2028}\u{2029}", "👩🏽‍🚒", "e\u{301}", "\u{202e}rtl"]
        // Not in one piece of memory: as a text of Foundation's may come.
        texts.append(String("abcdefghij\"klmnop".dropFirst(3)))
        try expectSame(texts)
        for text in texts {
            let back = try JSONDecoder().decode([String].self, from: Data(try JSONBytes.encode([text])))
            #expect(back.map { Array($0.unicodeScalars) } == [Array(text.unicodeScalars)])
        }
    }

    @Test func `a number comes back as it was, and one that JSON has no word for is refused`() throws {
        var random = SystemRandomNumberGenerator()
        let doubles =
            [0, -0.0, 1, 1e15, 1e16, 1e300, 5e-324, 0.1, 1 / 3, -1e-7]
            + (0..<1000).map { _ in Double(bitPattern: random.next()) }.filter(\.isFinite)
        let back = try JSONDecoder().decode([Double].self, from: Data(try JSONBytes.encode(doubles)))
        #expect(back == doubles)
        for odd in [Double.infinity, -.infinity, .nan] {
            #expect(throws: EncodingError.self) { try JSONBytes.encode(["a": odd]) }
        }
    }

    @Test func `JSON that is there already stands in other JSON as it is`() throws {
        let there = try JSONText(["b": 1, "a": 2])
        #expect(try text(["x": [there, there]]) == #"{"x":[{"a":2,"b":1},{"a":2,"b":1}]}"#)
        try expectSame([there])
        let back = try JSONDecoder().decode([JSONText].self, from: Data(#"[{"a": [1, "ü"]}]"#.utf8))
        #expect(try text(back) == #"[{"a":[1,"ü"]}]"#)
    }

    @Test func `values that were used lately are kept, older ones go`() {
        let recent = Recent<Int, String>(count: 3)
        for key in 1...3 { recent[key] = "\(key)" }
        #expect(recent.all([3, 1, 2]) == ["3", "1", "2"])
        recent[4] = "4"
        // The first three are old by now; what is used goes on.
        #expect(recent[1] == "1")
        recent[5] = "5"
        recent[6] = "6"
        #expect(recent[2] == nil && recent[3] == nil)
        #expect(recent.all([1, 4, 5, 6]) == ["1", "4", "5", "6"])
        #expect(recent.all([1, 2]) == nil)
        recent[1] = nil
        #expect(recent[1] == nil)
        recent.removeAll()
        #expect(recent.all([4]) == nil && recent.all([]) == [])
    }

    @Test func `members stand in the order of the type, those of dictionaries in the order of their keys`() throws {
        #expect(try text(Inner()) == #"{"name":"inner","flags":[true,false]}"#)
        let many = Dictionary(uniqueKeysWithValues: (10..<60).map { ("k\($0)", $0) })
        #expect(try text(many) == "{" + (10..<60).map { "\"k\($0)\":\($0)" }.joined(separator: ",") + "}")
        #expect(try text(["v": Nothing()]) == #"{"v":{}}"#)
        #expect(try text(["slash/": 1.0]) == #"{"slash/":1}"#)
    }
}
