import Crypto
import CryptoExtras
import Essentials
import Foundation

/// A password as scrypt keeps it (RFC 7914), with the cost it was made at and its salt.
struct PasswordHash: Sendable, Equatable {
    let cost: ScryptCost
    let salt: Data
    let key: Data

    /// Takes the time and the memory that `cost` says.
    init(of password: String, cost: ScryptCost, salt: Data = Secret.random(bytes: 16)) throws {
        self.cost = cost
        self.salt = salt
        // The same password typed on another keyboard may come decomposed (RFC 8265, section 4.2).
        let password = Data(password.precomposedStringWithCanonicalMapping.utf8)
        key = try KDF.Scrypt.deriveKey(
            from: password, salt: salt, outputByteCount: 32, rounds: cost.rounds, blockSize: cost.blockSize,
            parallelism: cost.parallelism
        ).withUnsafeBytes { Data($0) }
    }

    /// One that no password matches, and that takes as long to find out.
    init(matchingNothingAt cost: ScryptCost) {
        self.cost = cost
        salt = Secret.random(bytes: 16)
        key = Secret.random(bytes: 32)
    }

    /// Reads `text`; nil when it is none.
    init?(text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt", let cost = ScryptCost(text: parts[2]),
            let salt = Data(base64Encoded: Self.padded(parts[3])), !salt.isEmpty,
            let key = Data(base64Encoded: Self.padded(parts[4])), key.count == 32
        else { return nil }
        self.cost = cost
        self.salt = salt
        self.key = key
    }

    /// `$scrypt$ln=15,r=8,p=3$SALT$KEY`, the PHC string format, base64 without padding.
    var text: String { "$scrypt$\(cost.text)$\(Self.bare(salt))$\(Self.bare(key))" }

    func matches(_ password: String) throws -> Bool {
        let other = try PasswordHash(of: password, cost: cost, salt: salt)
        // Digests, because swift-crypto compares them in constant time.
        return SHA256.hash(data: key) == SHA256.hash(data: other.key)
    }

    private static func bare(_ data: Data) -> String { data.base64EncodedString().replacing("=", with: "") }

    private static func padded(_ text: Substring) -> String {
        text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    }
}

/// How much work and memory a password costs: 128 × rounds × block size bytes, `parallelism` times over.
package struct ScryptCost: Sendable, Equatable {
    /// Base 2 logarithm of scrypt's N.
    package let logarithm: Int
    package let blockSize: Int
    package let parallelism: Int

    /// 32 MiB. Of the settings that OWASP's Password Storage Cheat Sheet counts as equal to its minimum of N = 2^17,
    /// r = 8, p = 1 (128 MiB), the one that a small server bears.
    package static let owasp = ScryptCost(logarithm: 15, blockSize: 8, parallelism: 3)

    package init(logarithm: Int, blockSize: Int, parallelism: Int) {
        self.logarithm = logarithm
        self.blockSize = blockSize
        self.parallelism = parallelism
    }

    init?(text: some StringProtocol) {
        let numbers = text.split(separator: ",").map { $0.split(separator: "=", maxSplits: 1) }
        guard numbers.count == 3, numbers.allSatisfy({ $0.count == 2 }), numbers.map({ $0[0] }) == ["ln", "r", "p"],
            let logarithm = Int(numbers[0][1]), (1...24).contains(logarithm),
            let blockSize = Int(numbers[1][1]), (1...64).contains(blockSize),
            let parallelism = Int(numbers[2][1]), (1...64).contains(parallelism)
        else { return nil }
        self.init(logarithm: logarithm, blockSize: blockSize, parallelism: parallelism)
    }

    var text: String { "ln=\(logarithm),r=\(blockSize),p=\(parallelism)" }
    var rounds: Int { 1 << logarithm }
}
