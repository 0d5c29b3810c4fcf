import Accounts
import Essentials
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTLS
import Journal
import Testing

@testable import Server

/// Signing in, staying in, and what a foreign page cannot do meanwhile.
@Suite struct SessionTests {
    private static let signIn = Body.json(["name": "operator", "password": .string(Installation.password)])

    private static func form(next: String) -> Body {
        .form(["name": "operator", "password": Installation.password, "next": next])
    }

    @Test func `the session's cookie is kept from scripts and from other sites`() async throws {
        try await Installation().test { caller in
            for body in [Self.signIn, Self.form(next: "/runs")] {
                let cookie = try #require(try await caller.send(.post, "/session", body).headers[.setCookie])
                let attributes = Set(
                    cookie.split(separator: ";").dropFirst().map { $0.trimmingPrefix(" ").lowercased() })
                #expect(cookie.wholeMatch(of: /runbook_session=[A-Za-z0-9_-]{43};.*/) != nil, "\(cookie)")
                #expect(attributes == ["max-age=1209600", "path=/", "httponly", "samesite=lax"], "\(cookie)")
            }
        }
    }

    @Test func `with TLS the cookie and the browser stay with TLS`() async throws {
        let certificate = try TestCertificate()
        let installation = try await Installation { settings in
            settings.tls = try TLSConfiguration(certificate: certificate.path, key: certificate.keyPath)
        }
        let strict = try #require(HTTPField.Name("Strict-Transport-Security"))
        try await installation.test { caller in
            let answer = try await caller.send(.post, "/session", Self.signIn)
            #expect(answer.headers[.setCookie]?.contains("; Secure") == true)
            #expect(answer.headers[strict]?.hasPrefix("max-age=31536000") == true)
        }
        try await Installation().test { caller in
            let answer = try await caller.send(.get, "/health")
            #expect(answer.headers[strict] == nil)
        }
    }

    @Test func `a session lasts until it is ended, and no longer`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let session = try await installation.session(.viewer)
            #expect(try await caller.send(.get, "/api/v1/me", as: session).status == 200)
            let ended = try await caller.send(.delete, "/session", as: session)
            #expect(ended.status == 204)
            #expect(ended.headers[.setCookie]?.lowercased().contains("max-age=0") == true)
            #expect(try await caller.send(.get, "/api/v1/me", as: session).status == 401)
        }
    }

    @Test func `a session ends by itself after 14 days`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let session = try await installation.session(.viewer)
            installation.clock.advance(by: .seconds(14 * 86_400 - 60))
            #expect(try await caller.send(.get, "/api/v1/me", as: session).status == 200)
            installation.clock.advance(by: .seconds(60))
            #expect(try await caller.send(.get, "/api/v1/me", as: session).status == 401)
        }
    }

    @Test func `a wrong password and an unknown name get the same answer`() async throws {
        try await Installation().test { caller in
            let wrong = try await caller.send(
                .post, "/session", .json(["name": "viewer", "password": "wrong horse wrong"]))
            let unknown = try await caller.send(
                .post, "/session", .json(["name": "nobody", "password": "wrong horse wrong"]))
            #expect(wrong.status == 401)
            #expect(unknown.status == 401)
            #expect(try wrong.json()["detail"] == unknown.json()["detail"])
            #expect(wrong.headers[.setCookie] == nil)
        }
    }

    // Where a session counts for nothing, as for what is signed, it takes no token either.
    @Test(
        arguments: AccessRow.all.filter {
            $0.method != .get && $0.outcomes[.stranger] == .status(401) && $0.outcomes[.admin] != .status(401)
        })
    func `a write with a cookie alone changes nothing`(_ row: AccessRow) async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let own = try await installation.session(.admin)
            let other = try await installation.session(.admin)
            guard case .session(let cookie, _) = own else { return }
            let sent = try await row.sent(installation)
            let before = try await installation.journal.head()
            for csrf in [nil, "", "x", other.csrf, cookie] {
                let answer = try await caller.send(
                    row.method, sent.uri, as: .session(cookie: cookie, csrf: csrf), sent.body)
                #expect(answer.status == 403, "with \(csrf ?? "none")")
            }
            #expect(try await installation.journal.head() == before)
            // It was the token that was missing, and nothing else.
            let accepted = try await caller.send(row.method, sent.uri, as: own, sent.body)
            #expect(AccessRow.Outcome(accepted) == row.outcomes[.admin])
        }
    }

    @Test func `a form carries its token in a field`() async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let session = try await installation.session(.operator)
            let runbook = try await installation.runbook()
            let answer = try await caller.send(
                .post, "/runs", as: session.withoutCSRF, .form(["runbook": runbook, "csrf": session.csrf ?? ""]))
            #expect(answer.status == 303)
            #expect(answer.location?.hasPrefix("/runs/") == true)
        }
    }

    @Test(arguments: [
        "https://evil.example/", "//evil.example/", "/\\evil.example/", "\\\\evil.example", "/\t/evil.example",
        "/\n/evil",
        " //evil.example", "javascript:alert(1)", "evil.example", "/\r\nSet-Cookie: a=b", "", "/ü",
    ]) func `what leads off the server leads to the first page`(_ next: String) async throws {
        try await Installation().test { caller in
            let answer = try await caller.send(.post, "/session", Self.form(next: next))
            #expect(answer.status == 303)
            #expect(answer.location == "/")
            let page = try await caller.send(.get, Paths.query("/sign-in", [("next", next)]))
            #expect(!page.text.contains("evil"))
        }
    }

    @Test(arguments: ["/runs?state=failed", "/", "/runbooks/a%2Fb", "/journal?object=run/1"])
    func `signing in leads back to where one was`(_ path: String) async throws {
        let installation = try await Installation()
        try await installation.test { caller in
            let sentAway = try await caller.send(.get, path)
            let target = try #require(URLComponents(string: sentAway.location ?? ""))
            #expect(target.path == "/sign-in")
            let next = try #require(target.queryItems?.first { $0.name == "next" }?.value)
            #expect(next == path)
            #expect(try await caller.send(.post, "/session", Self.form(next: next)).location == path)
        }
    }

    @Test func `the first admin's link works once, by POST`() async throws {
        let installation = try await Installation(hasPeople: false)
        let secret = try #require(try await installation.accounts.firstAdminLink())
        let password = Installation.password
        let body = Body.form(["token": secret, "name": "ada", "password": password, "password_again": password])
        try await installation.test { caller in
            // Whoever looks at the link first, a chat's preview say, has not used it.
            #expect(try await caller.send(.get, "/first-admin?token=\(secret)").status == 200)
            let foreign = Body.form(["token": "x", "name": "eve", "password": password, "password_again": password])
            #expect(try await caller.send(.post, "/first-admin", foreign).status == 403)
            let made = try await caller.send(.post, "/first-admin", body)
            #expect(made.status == 303)
            let cookie = try #require(made.headers[.setCookie]?.split(separator: ";").first?.split(separator: "=").last)
            let me = try await caller.send(.get, "/api/v1/me", as: .session(cookie: String(cookie), csrf: nil))
            #expect(try me.json()["actor"]?["name"] == "ada")
            #expect(try await caller.send(.post, "/first-admin", body).status == 409)
        }
    }
}

/// A self-signed certificate of nobody's, valid for a hundred years, in files.
private struct TestCertificate {
    private let folder: TemporaryFolder

    var path: String { "\(folder.path)/certificate.pem" }
    var keyPath: String { "\(folder.path)/key.pem" }

    init() throws {
        folder = try TemporaryFolder()
        try Self.certificate.write(toFile: path, atomically: false, encoding: .utf8)
        try Self.key.write(toFile: keyPath, atomically: false, encoding: .utf8)
    }

    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBfzCCASWgAwIBAgIUJAKskm5uqm0Fa3s72cm/is8niaQwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTEyMjg0NloYDzIxMjYxMDI4
        MTIyODQ2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAAT3SHmtngR0hRkXcl56RIxJcAOPXTnr4NUJ8qwzSDNME9pgZCfB/VQo
        mn/JkEeX3OqgyGvG9RpoKFfCOkWcmn8Ko1MwUTAdBgNVHQ4EFgQUpctv7Y6nLbUb
        /uYCbEjta7Zf4iEwHwYDVR0jBBgwFoAUpctv7Y6nLbUb/uYCbEjta7Zf4iEwDwYD
        VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA/3aMg7zgZ9GJYaIzZTVe
        TvpomLoFkZRN0xj/ljVlLW0CIDLrkm4fZvermVQJWiGlJDaDRO5pqXaNJ92HTtk5
        S2Dl
        -----END CERTIFICATE-----
        """

    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjsPo07TGpl70RBrC
        nS/4BBBq3jhAfunR+uXvVZm56FKhRANCAAT3SHmtngR0hRkXcl56RIxJcAOPXTnr
        4NUJ8qwzSDNME9pgZCfB/VQomn/JkEeX3OqgyGvG9RpoKFfCOkWcmn8K
        -----END PRIVATE KEY-----
        """
}
