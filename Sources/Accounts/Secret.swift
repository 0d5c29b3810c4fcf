import Crypto
import Essentials
import Foundation

/// Secrets that are made here and kept as their SHA-256: with 256 random bits there is nothing to guess, so a slow hash
/// would protect nothing.
enum Secret {
    /// Longer ones are not looked up at all.
    static let maximumBytes = 512

    /// 256 random bits as 43 characters of base64url (RFC 4648, section 5, without padding).
    static func make() -> String { base64url(random(bytes: 32)) }

    static func hash(_ secret: String) -> Data { Data(SHA256.hash(data: Data(secret.utf8))) }

    /// Takes the same time wherever the two differ: swift-crypto compares digests so.
    static func areEqual(_ a: String, _ b: String) -> Bool {
        SHA256.hash(data: Data(a.utf8)) == SHA256.hash(data: Data(b.utf8))
    }

    /// From the kernel's generator.
    static func random(bytes: Int) -> Data { Data(randomBytes(bytes)) }

    private static func base64url(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
