import API
import Accounts
import Essentials
import Foundation
import HTTPTypes
import Hummingbird

/// Sign-in, people and tokens over HTTP.
struct AccountRoutes: Sendable {
    let accounts: Accounts
    let limits: RateLimits
    let templates: Templates
    /// Whether cookies are marked for TLS only.
    let isSecure: Bool

    var table: [Route] {
        [
            .open(.get, "/sign-in", signInPage),
            .open(.post, "/session", signIn),
            .signedIn(.delete, "/session", signOut),
            .signedIn(.post, "/session/end", signOut),
            .open(.get, "/first-admin", firstAdminPage),
            .open(.post, "/first-admin", makeFirstAdmin),
            .signedIn(.get, "/api/v1/me", me),
            .signedIn(.get, "/api/v1/users", people),
            .signedIn(.post, "/api/v1/users", addPerson),
            .signedIn(.patch, "/api/v1/users/{id}", changePerson),
            .signedIn(.get, "/api/v1/tokens", tokens),
            .signedIn(.post, "/api/v1/tokens", admitting: .init(keepsAnswer: false), addToken),
            .signedIn(.delete, "/api/v1/tokens/{id}", revokeToken),
        ]
    }

    @Sendable func signInPage(_ request: Request, _ context: Context) async throws -> Response {
        .html(try templates.render(SignInPage(next: Self.local(request.query("next")), reader: .stranger)))
    }

    @Sendable func signIn(_ original: Request, _ context: Context) async throws -> Response {
        var request = original
        try limits.take(of: "address/\(context.address ?? "")", .stranger)
        let body = try await request.body(upTo: 16 << 10)
        let form = try request.form(in: body)
        let isForm = request.headers[.contentType]?.lowercased().hasPrefix("application/x-www-form-urlencoded") == true
        let wanted =
            isForm
            ? SignInRequest(name: form["name"] ?? "", password: form["password"] ?? "")
            : try decodeJSON(SignInRequest.self, from: body, contentType: request.headers[.contentType])
        do {
            let session = try await accounts.signIn(
                name: wanted.name, password: wanted.password, via: isForm ? .web : .api, address: context.address)
            var response: Response =
                isForm
                ? .seeOther(Self.local(form["next"]))
                : try .json(
                    SessionAnswer(
                        person: Person(session.account), csrf: session.csrf, expires: session.expires.rfc3339),
                    status: .created)
            response.setCookie(cookie(session.secret, lifetime: Int(Session.lifetime.components.seconds)))
            return response
        } catch let problem as Problem where isForm && !original.wantsJSON {
            return .html(
                try templates.render(
                    SignInPage(
                        name: wanted.name, next: Self.local(form["next"]), problem: problem.message, reader: .stranger)),
                status: .init(code: problem.code.status))
        }
    }

    @Sendable func signOut(_ visit: Visit) async throws -> Response {
        guard let session = visit.session else {
            throw Problem.invalid("There is no session to end: a token is revoked instead.")
        }
        try await accounts.signOut(session: session.secret, address: visit.context.address)
        var response: Response = visit.request.method == .delete ? .noContent : .seeOther("/sign-in")
        response.setCookie(cookie("", lifetime: 0))
        return response
    }

    @Sendable func firstAdminPage(_ request: Request, _ context: Context) async throws -> Response {
        try limits.take(of: "address/\(context.address ?? "")", .stranger)
        return .html(try templates.render(FirstAdminPage(token: request.query("token") ?? "", reader: .stranger)))
    }

    @Sendable func makeFirstAdmin(_ original: Request, _ context: Context) async throws -> Response {
        var request = original
        try limits.take(of: "address/\(context.address ?? "")", .stranger)
        let form = try request.form(in: try await request.body(upTo: 16 << 10))
        let (token, name, password) = (form["token"] ?? "", form["name"] ?? "", form["password"] ?? "")
        do {
            guard password == form["password_again"] else {
                throw Problem.invalid(
                    "The account was not made.",
                    fields: [.init(name: "password_again", message: "is not the same password.")])
            }
            _ = try await accounts.makeFirstAdmin(
                secret: token, name: name, password: password, address: context.address)
            let session = try await accounts.signIn(name: name, password: password, address: context.address)
            var response = Response.seeOther("/")
            response.setCookie(cookie(session.secret, lifetime: Int(Session.lifetime.components.seconds)))
            return response
        } catch let problem as Problem {
            return .html(
                try templates.render(FirstAdminPage(token: token, name: name, problem: problem, reader: .stranger)),
                status: .init(code: problem.code.status))
        }
    }

    @Sendable func me(_ visit: Visit) async throws -> Response {
        let principal = visit.principal
        return try .json(
            Me(
                actor: Actor(kind: principal.kind.rawValue, id: principal.id, name: principal.name),
                permissions: Permission.allCases.filter(principal.may).map(\.rawValue)))
    }

    @Sendable func people(_ visit: Visit) async throws -> Response {
        let page = try await accounts.people(visit.page(), by: visit.principal)
        return try .json(List(items: page.items.map(Person.init), next: page.next))
    }

    @Sendable func addPerson(_ visit: Visit) async throws -> Response {
        let request = try visit.json(PersonRequest.self)
        let account = try await accounts.add(
            name: request.name, password: request.password, role: try Self.role(request.role),
            author: request.author ?? false, by: visit.principal)
        return try .json(
            Person(account), status: .created, headers: [.location: "/api/v1/users/\(account.id)"])
    }

    @Sendable func changePerson(_ visit: Visit) async throws -> Response {
        let change = try visit.json(PersonChange.self)
        let account = try await accounts.change(
            ID(try visit.path("id")),
            AccountChange(
                role: try change.role.map(Self.role), author: change.author, disabled: change.disabled,
                password: change.password), by: visit.principal)
        return try .json(Person(account))
    }

    /// One's own; for an admin, with `?all=true`, everybody's.
    @Sendable func tokens(_ visit: Visit) async throws -> Response {
        let everybodys: Bool
        switch visit.query("all") {
        case nil, "false": everybodys = false
        case "true": everybodys = true
        default:
            throw Problem.invalid("all is true or false.", fields: [.init(name: "all", message: "true or false")])
        }
        let page = try await accounts.tokens(visit.page(), everybodys: everybodys, by: visit.principal)
        return try .json(List(items: page.items.map(Token.init), next: page.next))
    }

    @Sendable func addToken(_ visit: Visit) async throws -> Response {
        let request = try visit.json(TokenRequest.self)
        var scopes: Set<Permission> = []
        for name in request.scopes {
            guard let scope = Permission(rawValue: name) else {
                throw Problem.invalid(
                    "There is no scope \"\(name.prefix(40))\".",
                    fields: [
                        .init(name: "scopes", message: Permission.allCases.map(\.rawValue).joined(separator: ", "))
                    ])
            }
            scopes.insert(scope)
        }
        let expires = try request.expires.map { text throws(Problem) in
            guard let time = Timestamp(rfc3339: text) else {
                throw .invalid(
                    "\"\(text.prefix(40))\" is not a time.",
                    fields: [.init(name: "expires", message: "RFC 3339, such as 2026-12-31T00:00:00Z")])
            }
            return time
        }
        let made = try await accounts.makeToken(
            name: request.name, scopes: scopes, expires: expires, by: visit.principal)
        return try .json(
            NewToken(token: Token(made.token), secret: made.secret), status: .created,
            headers: [.location: "/api/v1/tokens/\(made.token.id)"])
    }

    @Sendable func revokeToken(_ visit: Visit) async throws -> Response {
        try await accounts.revokeToken(ID(try visit.path("id")), by: visit.principal)
        return .noContent
    }

    private func cookie(_ value: String, lifetime: Int) -> Cookie {
        Cookie(
            name: Gate.cookie, value: value, maxAge: lifetime, path: "/", secure: isSecure, httpOnly: true,
            sameSite: .lax)
    }

    /// A path of this server; what leads elsewhere becomes the first page.
    private static func local(_ path: String?) -> String {
        guard let path, path.hasPrefix("/"), !path.hasPrefix("//"), !path.contains("\\"),
            path.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7F })
        else { return "/" }
        return path
    }

    private static func role(_ name: String) throws(Problem) -> Role {
        guard let role = Role(rawValue: name) else {
            throw .invalid(
                "There is no role \"\(name.prefix(40))\".",
                fields: [.init(name: "role", message: Role.allCases.map(\.rawValue).joined(separator: ", "))])
        }
        return role
    }
}

extension Person {
    init(_ account: Account) {
        self.init(
            id: account.id.rawValue, name: account.name, role: account.role.rawValue, author: account.author,
            disabled: account.disabled, created: account.created.rfc3339)
    }
}

extension Token {
    init(_ token: AccessToken) {
        self.init(
            id: token.id.rawValue, name: token.name,
            scopes: Permission.allCases.filter(token.scopes.contains).map(\.rawValue), person: token.personName,
            created: token.created.rfc3339, expires: token.expires?.rfc3339, revoked: token.revoked?.rfc3339)
    }
}
