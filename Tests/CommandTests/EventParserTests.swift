import Essentials
import Testing

@testable import runbook

@Suite struct EventParserTests {
    private let stream = "id: 1\nevent: output\ndata: {\"n\":1}\n\n: beat\n\nid: 2\nevent: run\ndata: a\ndata: b\n\n"
    private let expected = [
        ServerSentEvent(event: "output", data: "{\"n\":1}", id: "1"),
        ServerSentEvent(event: "run", data: "a\nb", id: "2"),
    ]

    private func parse(_ pieces: [[UInt8]]) throws -> [ServerSentEvent] {
        var parser = EventParser()
        return try pieces.flatMap { try parser.consume($0) }
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func `each of the three line endings ends a line, also when every byte comes alone`(ending: String) throws {
        let bytes = Array(stream.replacing("\n", with: ending).utf8)
        #expect(try parse([bytes]) == expected)
        #expect(try parse(bytes.map { [$0] }) == expected)
    }

    @Test func `a stream cut in two at any place gives the same events`() throws {
        let bytes = Array(stream.replacing("\n", with: "\r\n").utf8)
        for place in 0...bytes.count {
            #expect(try parse([Array(bytes[..<place]), Array(bytes[place...])]) == expected, "cut at \(place)")
        }
    }

    @Test func `an event that is not finished is not given`() throws {
        #expect(try parse([Array("event: run\ndata: half\n".utf8)]).isEmpty)
    }

    @Test func `comments, unknown fields and events without data give nothing`() throws {
        #expect(try parse([Array(": hello\n\nevent: run\n\nfoo: bar\n\n".utf8)]).isEmpty)
    }

    @Test func `only one space after the colon is taken off`() throws {
        #expect(try parse([Array("data:  two\n\ndata:none\n\ndata\n\n".utf8)]).map(\.data) == [" two", "none", ""])
    }

    @Test func `an id stays for the events that follow, and an empty one clears it`() throws {
        let events = try parse([Array("id: 7\ndata: a\n\ndata: b\n\nid\ndata: c\n\n".utf8)])
        #expect(events.map(\.id) == ["7", "7", nil])
    }

    @Test func `an id with a NUL is passed over`() throws {
        #expect(try parse([Array("id: 7\ndata: a\n\nid: 8\0\ndata: b\n\n".utf8)]).map(\.id) == ["7", "7"])
    }

    @Test func `a byte order mark at the start is not part of the first field`() throws {
        #expect(try parse([[0xef, 0xbb, 0xbf] + Array("data: a\n\n".utf8)]).map(\.data) == ["a"])
    }

    @Test func `the server's wish for a pause is heard, and nonsense is not`() throws {
        var parser = EventParser()
        _ = try parser.consume(Array("retry: 1500\n".utf8))
        #expect(parser.retry == .milliseconds(1500))
        _ = try parser.consume(Array("retry: soon\nretry: -1\n".utf8))
        #expect(parser.retry == .milliseconds(1500))
    }

    @Test func `an endless line is refused before it fills the memory`() throws {
        var parser = EventParser(limit: 4000)
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1000)
        for _ in 0..<4 { _ = try parser.consume(piece) }
        #expect(throws: Problem.self) { try parser.consume(piece) }
        var lines = EventParser(limit: 4000)
        let line = Array("data: ".utf8) + piece + [UInt8(ascii: "\n")]
        for _ in 0..<3 { _ = try lines.consume(line) }
        #expect(throws: Problem.self) { try lines.consume(line) }
    }
}
