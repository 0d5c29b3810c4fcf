import Foundation
import Testing

extension Server {
    /// Adds a person.
    /// - Returns: the secret of a token of theirs.
    func token(of name: String, role: String = "operator") async throws -> String {
        let password = "a long enough password"
        let added = try await wire.post(
            "/api/v1/users", try jsonText(["name": name, "password": password, "role": role]))
        try #require(added.status == 201, "\(added.text)")
        let stranger = Wire(port: wire.port)
        let signedIn = try await stranger.post("/session", try jsonText(["name": name, "password": password]))
        let cookie = String(try #require(signedIn.headers["set-cookie"]).prefix { $0 != ";" })
        let made = try await stranger.post(
            "/api/v1/tokens", #"{"name": "testing", "scopes": ["read", "operate"]}"#,
            ["Cookie": cookie, "X-CSRF-Token": try #require(try signedIn.json["csrf"].string)])
        return try #require(try made.json["secret"].string, "\(made.text)")
    }
}
