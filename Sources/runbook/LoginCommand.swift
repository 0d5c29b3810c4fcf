import API
import ArgumentParser
import Essentials
import Foundation

struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Signs in, and keeps a token for the commands that follow.",
        discussion: """
            Makes a token of your own for this machine, valid for 30 days, and saves it in \
            ~/.config/runbook/credentials.json (or below XDG_CONFIG_HOME), readable by you alone. The server that was \
            signed in to last is the one that is used when none is named.

              runbook login --url https://runbook.example.com ada
              runbook login --token-stdin < token.txt
            """
    )

    /// How long the token lasts.
    static let lifetime: Duration = .seconds(30 * 86_400)

    @Argument(help: "Your name; asked for without it.")
    var name: String?

    @Flag(help: "Save a token that you have, from standard input.")
    var tokenStdin = false

    @OptionGroup var password: PasswordOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var format: FormatOptions

    func validate() throws {
        if tokenStdin, name != nil || password.passwordStdin {
            throw ValidationError("--token-stdin takes neither a name nor a password.")
        }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let path = try Credentials.path(environment: environment)
        // Read first: a file that cannot be kept must not leave a token behind on the server.
        var credentials = try Credentials(readingFrom: path)
        let address = try server.resolve(environment: environment).address
        let entry = tokenStdin ? try await given(at: address) : try await signIn(at: address)
        credentials.servers[address.url] = entry
        credentials.current = address.url
        try credentials.write(to: path)
        let name = entry.name ?? "?"
        guard !format.json else {
            return try Output.data.json([
                "url": .string(address.url), "name": .string(name),
                "expires": entry.expires.map(JSONValue.string) ?? .null,
            ])
        }
        try Output.talk.say("runbook: signed in to \(address) as \(name)")
        if environment["RUNBOOK_TOKEN"]?.isEmpty == false {
            try Output.talk.say("runbook: RUNBOOK_TOKEN is set and goes first: unset it to use this sign-in")
        }
    }

    private func given(at address: ServerAddress) async throws -> Credentials.Entry {
        let token = try ServerOptions.checked(token: Keyboard.line() ?? "", from: "Standard input")
        return try await Client.with(address, token: token) { client in
            let me = try await client.get(.api("me"), as: Me.self)
            return Credentials.Entry(token: token, name: me.actor.name ?? me.actor.id)
        }
    }

    private func signIn(at address: ServerAddress) async throws -> Credentials.Entry {
        let name = try name ?? Keyboard.ask("name")
        let password = try password.existing(for: name)
        return try await Client.with(address, token: nil) { client in
            let session = try await Session(signingIn: SignInRequest(name: name, password: password), at: client)
            do {
                let entry = try await token(for: name, in: session)
                try await end(session)
                return entry
            } catch {
                try await end(session)
                throw error
            }
        }
    }

    /// A session that stays open ends by itself later: that alone must not cost the token, nor hide why there is none.
    private func end(_ session: Session) async throws {
        do {
            try await session.end()
        } catch let problem as Problem {
            try Output.talk.say("runbook: the session could not be ended: \(problem.sentence)")
        }
    }

    private func token(for name: String, in session: Session) async throws -> Credentials.Entry {
        let me = try await session.send(.get, .api("me"), as: Me.self)
        let expires = TimeSource.system.now().advanced(by: LoginCommand.lifetime).rfc3339
        let made = try await session.send(
            .post, .api("tokens"),
            TokenRequest(
                name: "login on \(ProcessInfo.processInfo.hostName)", scopes: me.permissions, expires: expires),
            as: NewToken.self)
        return Credentials.Entry(
            token: made.secret, id: made.token.id, name: me.actor.name ?? name, expires: made.token.expires)
    }
}

struct LogoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout",
        abstract: "Revokes the token that `runbook login` saved, and forgets it.",
        discussion: """
              runbook logout
              runbook logout --url https://runbook.example.com
            """
    )

    @OptionGroup var server: ServerOptions
    @OptionGroup var format: FormatOptions

    func run() async throws {
        var environment = ProcessInfo.processInfo.environment
        // It is the saved token that ends, whatever else is set.
        environment["RUNBOOK_TOKEN"] = nil
        let path = try Credentials.path(environment: environment)
        var credentials = try Credentials(readingFrom: path)
        let address = try server.resolve(environment: environment).address
        guard let entry = credentials.servers.removeValue(forKey: address.url) else {
            throw Problem.notFound("You are not signed in to \(address): nothing to forget.")
        }
        if credentials.current == address.url { credentials.current = nil }
        var leftover: Problem?
        if let id = entry.id {
            do {
                _ = try await Client.with(address, token: entry.token) { client in
                    try await client.send(Client.Request(.delete, .api("tokens", id)))
                }
            } catch let problem as Problem where [.unauthenticated, .notFound].contains(problem.code) {
                // It has ended already.
            } catch let problem as Problem {
                leftover = problem
            }
        }
        // Forgotten here in any case; that it lives on there is said, and is the status.
        try credentials.write(to: path)
        if let leftover {
            let sentence = "Forgotten here, but the token could not be revoked: \(leftover.message)"
            throw Problem(leftover.code, sentence, fields: leftover.fields)
        }
        guard !format.json else { return try Output.data.json(["url": .string(address.url), "signed_out": true]) }
        try Output.talk.say("runbook: signed out of \(address)")
    }
}
