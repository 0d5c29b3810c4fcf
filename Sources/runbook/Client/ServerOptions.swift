import ArgumentParser
import Essentials
import Foundation

/// Where the server is and who asks; shared by all commands that speak to one.
struct ServerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The server's address, instead of RUNBOOK_URL.", valueName: "address"))
    var url: String?

    /// The address and the token to send there.
    ///
    /// A token from the environment goes with an address from the environment, never to a server that was signed in
    /// to: a script's token must not end up with whatever server somebody used last.
    func resolve(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> (address: ServerAddress, token: String?) {
        try Self.resolve(url: url, environment: environment)
    }

    /// - Parameter url: the server's address, when it was named; nil for that of the environment or of the last sign-in.
    static func resolve(
        url: String?, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> (address: ServerAddress, token: String?) {
        let named = try (url ?? environment["RUNBOOK_URL"].flatMap { $0.isEmpty ? nil : $0 }).map(ServerAddress.init)
        if let given = environment["RUNBOOK_TOKEN"], !given.isEmpty {
            return (named ?? .standard, try ServerOptions.checked(token: given, from: "RUNBOOK_TOKEN"))
        }
        // Without a home there is nothing saved; only saving needs one.
        guard environment["HOME"] != nil || environment["XDG_CONFIG_HOME"] != nil else {
            return (named ?? .standard, nil)
        }
        let saved = try Credentials(readingFrom: Credentials.path(environment: environment))
        let address = try named ?? saved.current.map(ServerAddress.init) ?? .standard
        return (address, saved.servers[address.url]?.token)
    }

    /// - Throws: `Problem.invalid` for characters that no token has, which would also break the header.
    static func checked(token: String, from source: String) throws(Problem) -> String {
        let token = token.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw .invalid("\(source) holds no token: a token is one word of letters, digits and signs.")
        }
        return token
    }

    /// Runs `body` with a client for that server.
    func withClient<Result: Sendable>(
        patience: Client.Patience = .usual, _ body: (Client) async throws -> Result
    ) async throws -> Result {
        try await Self.withClient(url: url, patience: patience, body)
    }

    /// The same for a command whose `--url` is something else.
    static func withClient<Result: Sendable>(
        url: String? = nil, patience: Client.Patience = .usual, _ body: (Client) async throws -> Result
    ) async throws -> Result {
        let (address, token) = try resolve(url: url)
        do {
            return try await Client.with(address, token: token, patience: patience, body)
        } catch let problem as Problem where problem.code == .unauthenticated {
            let hint = "Sign in with `runbook login`, or set RUNBOOK_TOKEN."
            throw Problem(.unauthenticated, "\(problem.message) \(hint)", fields: problem.fields)
        }
    }
}

/// The form of what is printed.
struct FormatOptions: ParsableArguments {
    @Flag(help: "Print JSON: one value, or one per line for what streams.")
    var json = false
}
