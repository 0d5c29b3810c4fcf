/// What `POST /session` takes from a program; a browser sends the same fields as a form.
package struct SignInRequest: Codable, Sendable {
    package var name: String
    package var password: String

    package init(name: String, password: String) {
        self.name = name
        self.password = password
    }
}

/// A session: the cookie is in the header, this is what goes with it.
package struct SessionAnswer: Codable, Sendable {
    package let person: Person
    /// To be sent as `X-CSRF-Token` with each write.
    package let csrf: String
    package let expires: String

    package init(person: Person, csrf: String, expires: String) {
        self.person = person
        self.csrf = csrf
        self.expires = expires
    }
}

package struct Person: Codable, Sendable, Equatable {
    package let id: String
    package let name: String
    package let role: String
    package let author: Bool
    package let disabled: Bool
    package let created: String

    package init(id: String, name: String, role: String, author: Bool, disabled: Bool, created: String) {
        self.id = id
        self.name = name
        self.role = role
        self.author = author
        self.disabled = disabled
        self.created = created
    }
}

/// What `POST /api/v1/users` takes.
package struct PersonRequest: Codable, Sendable {
    package var name: String
    package var password: String
    package var role: String
    package var author: Bool?

    package init(name: String, password: String, role: String, author: Bool? = nil) {
        self.name = name
        self.password = password
        self.role = role
        self.author = author
    }
}

/// What `PATCH /api/v1/users/{id}` takes: what is left out stays.
package struct PersonChange: Codable, Sendable {
    package var role: String?
    package var author: Bool?
    package var disabled: Bool?
    package var password: String?

    package init(role: String? = nil, author: Bool? = nil, disabled: Bool? = nil, password: String? = nil) {
        self.role = role
        self.author = author
        self.disabled = disabled
        self.password = password
    }
}

package struct Token: Codable, Sendable {
    package let id: String
    package let name: String
    package let scopes: [String]
    /// Whose it is; absent for the bootstrap token.
    package let person: String?
    package let created: String
    package let expires: String?
    package let revoked: String?

    package init(
        id: String, name: String, scopes: [String], person: String?, created: String, expires: String?, revoked: String?
    ) {
        self.id = id
        self.name = name
        self.scopes = scopes
        self.person = person
        self.created = created
        self.expires = expires
        self.revoked = revoked
    }
}

/// What `POST /api/v1/tokens` takes.
package struct TokenRequest: Codable, Sendable {
    package var name: String
    /// Of `read operate author admin alerts metrics`; never more than the maker has.
    package var scopes: [String]
    /// RFC 3339; without it the token lasts until it is revoked.
    package var expires: String?

    package init(name: String, scopes: [String], expires: String? = nil) {
        self.name = name
        self.scopes = scopes
        self.expires = expires
    }
}

/// The only time that the secret is shown.
package struct NewToken: Codable, Sendable {
    package let token: Token
    package let secret: String

    package init(token: Token, secret: String) {
        self.token = token
        self.secret = secret
    }
}

/// Who is asking; what `GET /api/v1/me` answers.
package struct Me: Codable, Sendable {
    package let actor: Actor
    package let permissions: [String]

    package init(actor: Actor, permissions: [String]) {
        self.actor = actor
        self.permissions = permissions
    }
}
