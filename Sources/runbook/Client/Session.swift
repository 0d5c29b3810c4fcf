import API
import Essentials

/// A signed-in session of a person, as a browser has it: for the moments of `runbook login`.
struct Session {
    private let client: Client
    private let cookie: String
    private let csrf: String

    init(signingIn request: SignInRequest, at client: Client) async throws {
        let answer = try await client.send(Client.Request(.post, ResourcePath(["session"]), writing: request))
        let session = try client.decode(SessionAnswer.self, from: answer)
        guard let cookie = answer.header("Set-Cookie")?.prefix(while: { $0 != ";" }), cookie.contains("=") else {
            throw client.stranger("it gave no session")
        }
        self.client = client
        self.cookie = String(cookie)
        csrf = session.csrf
    }

    func send<Payload: Decodable>(
        _ method: Client.Method, _ path: ResourcePath, _ payload: (any Encodable)? = nil, as type: Payload.Type
    ) async throws -> Payload {
        try client.decode(type, from: try await client.send(request(method, path, payload)))
    }

    func end() async throws {
        _ = try await client.send(request(.delete, ResourcePath(["session"])))
    }

    private func request(
        _ method: Client.Method, _ path: ResourcePath, _ payload: (any Encodable)? = nil
    ) throws -> Client.Request {
        var request = try Client.Request(method, path, writing: payload)
        request.headers += [("Cookie", cookie), ("X-CSRF-Token", csrf)]
        return request
    }
}
