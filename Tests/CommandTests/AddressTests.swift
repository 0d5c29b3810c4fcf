import Essentials
import Foundation
import Testing

@testable import runbook

@Suite struct AddressTests {
    @Test(arguments: [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        (" https://Runbook.Example.com/ ", "https://runbook.example.com"),
        ("http://host:80", "http://host"), ("https://host:443/", "https://host"),
        ("https://host:80", "https://host:80"),
        ("https://host/ops/runbook//", "https://host/ops/runbook"), ("http://[::1]:9000", "http://[::1]:9000"),
    ])
    func `an address has one form`(text: String, url: String) throws {
        #expect(try ServerAddress(text).url == url)
    }

    @Test(arguments: [
        "", "host", "host:8080", "ftp://host", "http://", "http://u:p@host", "http://host?x=1", "http://host#x",
        "http://ho st", "file:///etc/passwd",
    ])
    func `what is no server's address is refused`(text: String) {
        #expect(throws: Problem.self) { try ServerAddress(text) }
    }

    @Test func `nothing that is passed breaks out of its place in the path`() {
        let path = ResourcePath.api("runs", "../a?b=c#d", query: ["after": "x&y=z", "none": nil, "name": "ü 1+1"])
        #expect(path.text == "/api/v1/runs/..%2Fa%3Fb%3Dc%23d?after=x%26y%3Dz&name=%C3%BC%201%2B1")
    }
}

@Suite struct ServerOptionsTests {
    private let home: TemporaryFolder

    init() throws { home = try TemporaryFolder() }

    private func save(_ credentials: Credentials) throws {
        try credentials.write(to: Credentials.path(environment: ["HOME": home.path]))
    }

    private func resolve(
        url: String? = nil, _ environment: [String: String] = [:]
    ) throws -> (address: ServerAddress, token: String?) {
        var options = ServerOptions()
        options.url = url
        return try options.resolve(environment: environment.merging(["HOME": home.path]) { $1 })
    }

    private var signedIn: Credentials {
        var credentials = Credentials()
        credentials.servers = ["https://prod": .init(token: "p"), "https://stage": .init(token: "s")]
        credentials.current = "https://prod"
        return credentials
    }

    @Test func `without anything it is this machine's server, without a token`() throws {
        let (address, token) = try resolve()
        #expect(address == .standard && token == nil)
    }

    @Test func `the server that was signed in to last is the usual one`() throws {
        try save(signedIn)
        let (address, token) = try resolve()
        #expect(address.url == "https://prod" && token == "p")
    }

    @Test func `each server gets its own token and no other`() throws {
        try save(signedIn)
        #expect(try resolve(url: "https://stage/").token == "s")
        #expect(try resolve(["RUNBOOK_URL": "https://stage"]).token == "s")
        #expect(try resolve(url: "https://elsewhere").token == nil)
        #expect(try resolve(url: "https://stage", ["RUNBOOK_URL": "https://prod"]).address.url == "https://stage")
    }

    @Test func `a token from the environment is never sent to the server that was signed in to`() throws {
        try save(signedIn)
        let (address, token) = try resolve(["RUNBOOK_TOKEN": "env\n"])
        #expect(address == .standard && token == "env")
        #expect(try resolve(["RUNBOOK_TOKEN": "env", "RUNBOOK_URL": "https://stage"]).token == "env")
    }

    @Test(arguments: ["a b", "a\r\nX-Evil: 1", "ü"])
    func `a token that would break the header is refused`(token: String) {
        #expect(throws: Problem.self) { try resolve(["RUNBOOK_TOKEN": token]) }
    }

    @Test func `the folder of XDG goes first, unless it is not absolute`() throws {
        #expect(
            try Credentials.path(environment: ["HOME": "/h", "XDG_CONFIG_HOME": "/x"]) == "/x/runbook/credentials.json")
        #expect(
            try Credentials.path(environment: ["HOME": "/h", "XDG_CONFIG_HOME": "x"])
                == "/h/.config/runbook/credentials.json")
        #expect(throws: Problem.self) { try Credentials.path(environment: [:]) }
    }

    @Test func `what was saved is read again, and only its owner may read it`() throws {
        try save(signedIn)
        let path = try Credentials.path(environment: ["HOME": home.path])
        #expect(try Credentials(readingFrom: path) == signedIn)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let folder = (path as NSString).deletingLastPathComponent
        #expect(try FileManager.default.attributesOfItem(atPath: folder)[.posixPermissions] as? Int == 0o700)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["credentials.json"])
    }

    @Test func `a file that others may read is refused`() throws {
        try save(signedIn)
        let path = try Credentials.path(environment: ["HOME": home.path])
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        let problem = try #require(throws: Problem.self) { try resolve() }
        #expect(problem.message.contains("chmod 600"))
    }

    @Test func `a damaged file says what to do`() throws {
        let path = try Credentials.path(environment: ["HOME": home.path])
        try save(signedIn)
        try Data("{".utf8).write(to: URL(filePath: path))
        let problem = try #require(throws: Problem.self) { try resolve() }
        #expect(problem.message.contains("runbook login"))
    }
}
