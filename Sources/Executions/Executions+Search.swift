import Essentials
import Foundation
package import Journal
import Storage

extension Executions {
    /// The events after which nothing more is printed by itself.
    package static let ended = Set(RunState.allCases.filter(\.isSettled).map { "run.\($0.rawValue)" })

    /// Of each attempt so much of its beginning and of its end is found, and of a run not more than `searchedOfRun`.
    static let searchedOfAttempt = 4 << 10
    static let searchedOfRun = 64 << 10

    /// Lets what a run printed be found. It follows the journal, so that no step waits for it; done again, after more was
    /// printed, it takes in all of it.
    package func indexOutput(of event: RecordedEvent) async throws {
        guard Self.ended.contains(event.kind), let time = Timestamp(rfc3339: event.time),
            let run = event.objects.first(where: { $0.kind == "run" })
        else { return }
        struct Row: Decodable {
            let runbook: String
            let section: String?
        }
        let (row, text) = try await database.read { reader in
            try (
                reader.first("SELECT runbook, section FROM runs WHERE id = \(run.id)", as: Row.self),
                Self.searchedOutput(of: run.id, in: reader)
            )
        }
        guard let row, !text.isEmpty else { return }
        let title = row.runbook + (row.section.map { "#\($0)" } ?? "")
        try await database.write { transaction in
            try transaction.index(record: run.text, title: title, text: text, limit: Self.searchedOfRun, at: time)
        }
    }

    private static func searchedOutput(of run: String, in reader: Reader) throws -> String {
        struct Attempt: Decodable { let id: String }
        let attempts: [Attempt] = try reader.all("SELECT id FROM attempts WHERE run = \(run) ORDER BY created, id")
        var text = ""
        for attempt in attempts where text.utf8.count < searchedOfRun {
            // Pieces are what arrived at once; so many short ones make up what is searched.
            let first = upTo(
                searchedOfAttempt,
                try reader.all("SELECT n, bytes FROM output WHERE attempt = \(attempt.id) ORDER BY n LIMIT 100"))
            guard let border = first.last?.n else { continue }
            let last = upTo(
                searchedOfAttempt,
                try reader.all(
                    """
                    SELECT n, bytes FROM output WHERE attempt = \(attempt.id) AND n > \(border) ORDER BY n DESC LIMIT 100
                    """))
            let beginning = first.reduce(into: Data()) { $0 += $1.bytes }
            let end = last.reversed().reduce(into: beginning.dropFirst(searchedOfAttempt)) { $0 += $1.bytes }
            text += shown(beginning.prefix(searchedOfAttempt))
            if !end.isEmpty {
                // What follows at once goes on; else a word must not be made of two ends.
                if !last.isEmpty || end.count > searchedOfAttempt { text += "\n" }
                text += shown(end.suffix(searchedOfAttempt))
            }
            if !text.hasSuffix("\n") { text += "\n" }
        }
        return text
    }

    private struct Piece: Decodable {
        let n: Int
        let bytes: Data
    }

    /// The pieces from the first on until they have so many bytes.
    private static func upTo(_ bytes: Int, _ pieces: [Piece]) -> [Piece] {
        var sum = 0
        return pieces.prefix { piece in
            defer { sum += piece.bytes.count }
            return sum < bytes
        }
    }

    /// Without the commands to a terminal, which would stand in the words.
    private static func shown(_ bytes: some Collection<UInt8>) -> String {
        var kept: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.first {
            rest = rest.dropFirst()
            guard byte == 0x1B else {
                kept.append(byte)
                continue
            }
            guard rest.first == 0x5B else { continue }
            // ESC [, parameters, and one byte that says what to do (ECMA-48, 5.4).
            rest = rest.dropFirst().drop { (0x20...0x3F).contains($0) }.dropFirst()
            if kept.last != 0x20, kept.last != 0x0A, !kept.isEmpty { kept.append(0x20) }
        }
        return String(decoding: kept, as: UTF8.self)
    }
}
