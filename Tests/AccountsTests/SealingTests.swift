import Accounts
import Essentials
import Foundation
import Testing

struct `Sealed values` {
    let folder: TemporaryFolder
    private let secret = Data("the database's password".utf8)

    init() throws { folder = try TemporaryFolder() }

    private var keyFile: URL { URL(fileURLWithPath: folder.file("sealing.key")) }

    private func refusal() -> Problem? { #expect(throws: Problem.self) { try Sealing(folder: folder.path) } }

    @Test func `they open again, after a restart too, and show nothing of what is in them`() throws {
        let sealed = try Sealing(folder: folder.path).seal(secret, context: "run/1")
        #expect(sealed.range(of: secret) == nil)
        #expect(try Sealing(folder: folder.path).open(sealed, context: "run/1") == secret)
    }

    @Test func `the empty value can be sealed`() throws {
        let sealing = try Sealing(folder: folder.path)
        #expect(try sealing.open(sealing.seal(Data(), context: ""), context: "") == Data())
    }

    @Test func `the same value is sealed in other bytes each time`() throws {
        let sealing = try Sealing(folder: folder.path)
        #expect(try sealing.seal(secret, context: "run/1") != sealing.seal(secret, context: "run/1"))
    }

    @Test func `what was sealed for one thing does not open as another's`() throws {
        let sealing = try Sealing(folder: folder.path)
        let sealed = try sealing.seal(secret, context: "run/1")
        #expect(throws: Problem.self) { try sealing.open(sealed, context: "run/2") }
    }

    @Test func `a changed byte, a missing one and nothing at all do not open`() throws {
        let sealing = try Sealing(folder: folder.path)
        let sealed = try sealing.seal(secret, context: "run/1")
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: Problem.self) { try sealing.open(changed, context: "run/1") }
        }
        for count in 0..<sealed.count {
            #expect(throws: Problem.self) { try sealing.open(sealed.prefix(count), context: "run/1") }
        }
    }

    @Test func `another key does not open them, and the problem names the file to put back`() throws {
        let sealed = try Sealing(folder: folder.path).seal(secret, context: "run/1")
        try FileManager.default.removeItem(at: keyFile)
        let problem = #expect(throws: Problem.self) {
            try Sealing(folder: folder.path).open(sealed, context: "run/1")
        }
        #expect(problem?.code == .unavailable)
        #expect(problem?.message.contains("sealing.key") == true)
    }

    @Test func `the key is 32 bytes that its owner alone can read, and nothing else is left`() throws {
        _ = try Sealing(folder: folder.path)
        #expect(try Data(contentsOf: keyFile).count == 32)
        let attributes = try FileManager.default.attributesOfItem(atPath: keyFile.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["sealing.key"])
    }

    @Test func `of many that make it at once, all have the one that stays`() async throws {
        let (path, secret) = (folder.path, secret)
        let sealed = try await withThrowingTaskGroup(of: Data.self) { group in
            for _ in 0..<20 { group.addTask { try Sealing(folder: path).seal(secret, context: "x") } }
            return try await group.reduce(into: [Data]()) { $0.append($1) }
        }
        let sealing = try Sealing(folder: path)
        for value in sealed { #expect(try sealing.open(value, context: "x") == secret) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["sealing.key"])
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o602, 0o660, 0o644, 0o777])
    func `a key that others can read or write is refused`(mode: Int) throws {
        _ = try Sealing(folder: folder.path)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: keyFile.path)
        #expect(refusal()?.message.contains("chmod 600") == true)
    }

    @Test(arguments: [0, 16, 31, 33, 4096])
    func `a key of another size is refused, and left as it is`(count: Int) throws {
        let bytes = Data(repeating: 1, count: count)
        #expect(
            FileManager.default.createFile(
                atPath: keyFile.path, contents: bytes, attributes: [.posixPermissions: 0o600]))
        #expect(refusal()?.message.contains("32 bytes") == true)
        #expect(try Data(contentsOf: keyFile) == bytes)
    }

    @Test func `a link and a folder in its place are refused`() throws {
        let elsewhere = folder.file("elsewhere")
        #expect(
            FileManager.default.createFile(
                atPath: elsewhere, contents: Data(count: 32), attributes: [.posixPermissions: 0o600]))
        try FileManager.default.createSymbolicLink(atPath: keyFile.path, withDestinationPath: elsewhere)
        #expect(refusal()?.code == .unavailable)
        try FileManager.default.removeItem(at: keyFile)
        try FileManager.default.createDirectory(at: keyFile, withIntermediateDirectories: false)
        #expect(refusal()?.code == .unavailable)
    }

    @Test func `a folder that is not there can't hold a key`() {
        let problem = #expect(throws: Problem.self) { try Sealing(folder: folder.file("none")) }
        #expect(problem?.code == .unavailable)
    }
}
