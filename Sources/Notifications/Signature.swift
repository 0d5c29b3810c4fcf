import Crypto
import Essentials
import Foundation

/// Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over `ID.TIMESTAMP.BODY`, in base64 behind `v1,`.
enum Signature {
    static let prefix = "whsec_"

    /// 256 random bits, as the receiver's libraries take them.
    static func makeSecret() -> String { prefix + Data(randomBytes(32)).base64EncodedString() }

    /// The headers of one try.
    /// - Parameter time: of the try; a receiver refuses what is old, so that nobody can send it again later.
    static func headers(
        id: String, time: Timestamp, body: String, secret: String
    ) throws(Problem) -> [(name: String, value: String)] {
        guard let key = Data(base64Encoded: String(secret.dropFirst(prefix.count))) else {
            throw .unavailable("The secret of the destination can't be read: remove the destination and add it again.")
        }
        let seconds = time.microseconds / 1_000_000
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("\(id).\(seconds).\(body)".utf8), using: SymmetricKey(data: key))
        return [
            ("webhook-id", id), ("webhook-timestamp", String(seconds)),
            ("webhook-signature", "v1,\(Data(code).base64EncodedString())"),
        ]
    }
}
