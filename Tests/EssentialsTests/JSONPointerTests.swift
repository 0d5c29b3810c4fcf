import Essentials
import Foundation
import Testing

/// The examples of RFC 6901, section 5, and what it leaves undefined.
struct JSONPointerTests {
    private static let document = """
        {"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\\\j": 5, "k\\"l": 6, " ": 7, "m~n": 8}
        """

    @Test(arguments: [
        ("/foo/0", "\"bar\""), ("/", "0"), ("/a~1b", "1"), ("/c%d", "2"), ("/e^f", "3"), ("/g|h", "4"),
        ("/i\\j", "5"), ("/k\"l", "6"), ("/ ", "7"), ("/m~0n", "8"), ("/foo", "[\"bar\",\"baz\"]"),
    ])
    func `what stands at a place`(text: String, value: String) throws {
        let document = try JSONDecoder().decode(JSONValue.self, from: Data(Self.document.utf8))
        #expect(try JSONPointer(text).value(in: document)?.text == value)
    }

    @Test(arguments: ["/foo/2", "/foo/01", "/foo/-", "/foo/+1", "/foo/0/0", "/none", "/foo/99999999999999999999", "//"])
    func `where nothing stands`(text: String) throws {
        let document = try JSONDecoder().decode(JSONValue.self, from: Data(Self.document.utf8))
        #expect(try JSONPointer(text).value(in: document) == nil)
    }

    @Test(arguments: ["", "foo", "$.foo", "/a~", "/a~2", "/" + String(repeating: "a", count: 500)])
    func `what is none`(text: String) {
        #expect(throws: JSONPointer.Fault.self) { try JSONPointer(text) }
    }
}
