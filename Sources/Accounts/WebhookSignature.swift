import Crypto
package import Essentials
package import Foundation

/// Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over `ID.TIMESTAMP.BODY`, in base64 behind `v1,`.
package enum WebhookSignature {
    private static let prefix = "whsec_"
    private static let scheme = "v1,"

    /// How far the sender's clock may be off, as the specification's libraries have it.
    package static let tolerance = Duration.seconds(300)
    /// More than these in one header are not looked at: a sender has one for each of its secrets.
    private static let signaturesAtMost = 16

    /// 256 random bits, as the receiver's libraries take them.
    package static func makeSecret() -> String { prefix + Secret.random(bytes: 32).base64EncodedString() }

    /// The headers of one try.
    /// - Parameter time: of the try; a receiver refuses what is old, so that nobody can send it again later.
    package static func headers(
        id: String, time: Timestamp, body: String, secret: String
    ) throws(Problem) -> [(name: String, value: String)] {
        guard let key = key(of: secret) else {
            throw .unavailable("The secret of the destination can't be read: remove the destination and add it again.")
        }
        let seconds = time.microseconds / 1_000_000
        let code = HMAC<SHA256>.authenticationCode(for: signed(id, seconds, Data(body.utf8)), using: key)
        return [
            ("webhook-id", id), ("webhook-timestamp", String(seconds)),
            ("webhook-signature", scheme + Data(code).base64EncodedString()),
        ]
    }

    /// Whether one of the signatures was made with one of the secrets. It takes as long for a wrong one as for a right one.
    /// - Parameter signatures: the header: `v1,` and base64, more of them with spaces between.
    package static func holds(
        _ signatures: String, id: String, seconds: Int64, body: Data, secrets: [String]
    ) -> Bool {
        let signed = signed(id, seconds, body)
        let given = signatures.split(separator: " ").prefix(signaturesAtMost).compactMap { text in
            text.hasPrefix(scheme) ? Data(base64Encoded: String(text.dropFirst(scheme.count))) : nil
        }
        var holds = false
        for key in secrets.compactMap(key) {
            for code in given where HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: signed, using: key) {
                holds = true
            }
        }
        return holds
    }

    private static func signed(_ id: String, _ seconds: Int64, _ body: Data) -> Data {
        Data("\(id).\(seconds).".utf8) + body
    }

    private static func key(of secret: String) -> SymmetricKey? {
        guard secret.hasPrefix(prefix) else { return nil }
        return Data(base64Encoded: String(secret.dropFirst(prefix.count))).map { SymmetricKey(data: $0) }
    }
}
