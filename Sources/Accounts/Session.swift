package import Essentials

/// A person signed in with a browser.
package struct Session: Sendable, Equatable {
    package static let lifetime = Duration.seconds(14 * 24 * 3600)

    /// What the cookie holds: 43 characters of base64url. Kept only as its hash.
    package let secret: String
    /// What each form sends along: 43 characters of base64url.
    package let csrf: String
    package let account: Account
    package let expires: Timestamp

    package func principal(via: Via = .web, address: String? = nil) -> Principal {
        account.principal(via: via, address: address)
    }

    /// Whether a form was made for this session; the time it takes tells nothing.
    package func accepts(csrf: String) -> Bool { Secret.areEqual(self.csrf, csrf) }

    /// - Throws: `Problem.forbidden` when the form was not made for this session.
    package func require(csrf: String?) throws(Problem) {
        guard let csrf, accepts(csrf: csrf) else {
            throw .forbidden("The form was not made for this session: load the page again and send it once more.")
        }
    }
}
