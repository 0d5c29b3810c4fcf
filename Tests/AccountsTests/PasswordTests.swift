@testable import Accounts
import Essentials
import Foundation
import Testing

struct `A password's hash` {
    private let cost = ScryptCost(logarithm: 4, blockSize: 1, parallelism: 1)

    @Test func `it is scrypt's, as RFC 7914 gives it`() throws {
        let hash = try PasswordHash(
            of: "password", cost: ScryptCost(logarithm: 10, blockSize: 8, parallelism: 16), salt: Data("NaCl".utf8))
        let hex = hash.key.map { String(format: "%02x", $0) }.joined()
        #expect(hex == "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162")
    }

    @Test func `it is kept with its cost and salt, and read again`() throws {
        let hash = try PasswordHash(of: "correct horse battery", cost: cost)
        #expect(hash.text.hasPrefix("$scrypt$ln=4,r=1,p=1$"))
        #expect(!hash.text.contains("=" + "$"))
        let read = try #require(PasswordHash(text: hash.text))
        #expect(read == hash)
        #expect(try read.matches("correct horse battery"))
        #expect(try !read.matches("correct horse batterz"))
    }

    @Test func `one password makes another hash each time`() throws {
        #expect(try PasswordHash(of: "same", cost: cost) != PasswordHash(of: "same", cost: cost))
    }

    @Test func `a password typed composed or decomposed is one password`() throws {
        #expect(
            try PasswordHash(of: "Zo\u{EB} Zo\u{EB} Zo\u{EB}", cost: cost).matches("Zoe\u{308} Zoe\u{308} Zoe\u{308}"))
    }

    @Test(arguments: [
        "", "$", "$$$$", "plain", "$scrypt$ln=4,r=1,p=1$AAAA", "$scrypt$ln=4,r=1,p=1$AAAA$AAAA",
        "$scrypt$ln=99,r=1,p=1$AAAA$",
        "$argon2$ln=4,r=1,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "$scrypt$r=1,ln=4,p=1$AAAA$AAAA",
    ])
    func `what is no hash matches nothing, because it is not read`(text: String) {
        #expect(PasswordHash(text: text) == nil)
    }

    @Test func `new passwords cost what OWASP asks for`() {
        // Its Password Storage Cheat Sheet counts N = 2^15, r = 8, p = 3 as equal to its minimum.
        #expect(ScryptCost.owasp.text == "ln=15,r=8,p=3")
    }
}
