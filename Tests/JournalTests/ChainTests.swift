import Essentials
import Foundation
import Journal
import Testing

struct `The chain's rules` {
    // Worked out with Python's hashlib.
    @Test func `a chain begins with the hash of the instance's id`() {
        #expect(
            Chain.origin(instance: "instance").hex == "5e8c03a94c7835b87dd82c690f9f85c08592ef7433aa141ceaacb36a9f4da434"
        )
    }

    @Test func `an event's hash covers the one before, its number and its exact body`() {
        let prev = Data(repeating: 7, count: 32)
        let body = #"{"kind":"thing.done","note":"ü"}"#
        #expect(
            Chain.hash(prev: prev, seq: 12, body: body).hex
                == "74a4c7942368844fe67fb559e12e8571075f9bc089f5ca2c7c1566895b3d209f")
    }

    @Test func `data is hashed with its salt before it`() {
        #expect(
            Chain.dataHash(salt: Data(repeating: 9, count: 32), data: #"{"a":1}"#)
                == "e55f7a46bd7147e139b197757ffe9383ce62db29d40ea9797882bcd0c809a9be")
    }

    @Test func `hexadecimal is two lower-case digits a byte`() {
        #expect(Data([0, 1, 0x0f, 0x10, 0xab, 0xff]).hex == "00010f10abff")
    }
}

struct `A head` {
    private let hash = String(repeating: "0a", count: 32)

    @Test func `a head is read as it is printed`() throws {
        let head = Head(seq: 7, hash: hash)
        #expect(head.description == "7:\(hash)")
        #expect(try Head(parsing: head.description) == head)
        #expect(try Head(parsing: "7:" + hash.uppercased()) == head)
    }

    @Test(arguments: ["", "7", ":", "7:", "0:0a", "-1:0a", "x:0a", "7:0a:1", "7:zz"])
    func `what is no head is refused with what would be right`(text: String) {
        let padded = text.replacing("0a", with: hash).replacing("zz", with: String(repeating: "z", count: 64))
        let problem = #expect(throws: Problem.self) { try Head(parsing: padded) }
        #expect(problem?.message.contains("SEQ:HASH") == true)
    }
}
