package import Essentials
package import Logging
import Storage

/// What follows from events of some kinds: a verb that is called with each of them, in the journal's order, at least once.
///
/// How far it has come is kept with its name, so that nothing is missed over a restart; the verb must be safe to repeat.
package struct Reaction: Sendable {
    package let name: String
    package let kinds: Set<String>
    /// Between two events that it is woken for at least; nil for what people wait for.
    let pause: Duration?
    let act: @Sendable (RecordedEvent) async throws -> Void

    package init(
        _ name: String, on kinds: Set<String>, pause: Duration? = nil,
        _ act: @escaping @Sendable (RecordedEvent) async throws -> Void
    ) {
        self.name = name
        self.kinds = kinds
        self.pause = pause
        self.act = act
    }
}

extension Journal {
    /// Tries before an event is given up, a second after the first and twice as long after each.
    private static let tries = 8

    /// A reaction that is new answers what happens from now on, not what happened before there was any.
    package func enrol(_ reactions: [Reaction]) async throws {
        try await database.write { transaction in
            let head = try Self.head(transaction)?.seq ?? 0
            for reaction in reactions {
                try transaction.execute(
                    "INSERT INTO cursors (name, seq) VALUES (\(reaction.name), \(head)) ON CONFLICT (name) DO NOTHING")
            }
        }
    }

    /// Answers events with a reaction until its task is cancelled.
    package func react(_ reaction: Reaction, logger: Logger) async throws {
        // Listening begins before the first look at the database, so that nothing falls in between.
        let news = tail.listen(for: reaction.kinds, pause: reaction.pause)
        var position = try await cursor(of: reaction)
        try await catchUp(reaction, &position, logger)
        var number = 0
        for await told in news {
            let isNext = told.number == number + 1
            number = told.number
            if told.event.seq <= position.seen { continue }
            if isNext {
                try await take(told.event, reaction, &position, logger)
            } else {
                try await catchUp(reaction, &position, logger)
            }
        }
    }

    private struct Position {
        var seen: Int64
        var kept: Int64
    }

    private func cursor(of reaction: Reaction) async throws -> Position {
        let seq = try await database.look { try $0.integer("SELECT seq FROM cursors WHERE name = \(reaction.name)") }
        return Position(seen: seq ?? 0, kept: seq ?? 0)
    }

    private func catchUp(_ reaction: Reaction, _ position: inout Position, _ logger: Logger) async throws {
        while true {
            let missed = try await events(after: position.seen)
            for event in missed { try await take(event, reaction, &position, logger) }
            if missed.isEmpty { return }
        }
    }

    private func take(
        _ event: RecordedEvent, _ reaction: Reaction, _ position: inout Position, _ logger: Logger
    ) async throws {
        let isAnswered = reaction.kinds.contains(event.kind)
        if isAnswered { try await answer(event, reaction, logger) }
        position.seen = event.seq
        guard isAnswered || position.seen - position.kept >= Tail.stride else { return }
        let (seen, name) = (position.seen, reaction.name)
        // What was answered since the last commit is answered again after a crash, as every verb here allows.
        database.writeSoon("cursors/\(name)") { transaction in
            try transaction.execute("UPDATE cursors SET seq = \(seen) WHERE name = \(name)")
        }
        position.kept = seen
    }

    /// - Throws: `CancellationError` alone. What can't be done is said in the log and passed over, so that it does not hold
    ///   up what comes after it.
    private func answer(_ event: RecordedEvent, _ reaction: Reaction, _ logger: Logger) async throws {
        for number in 0..<Self.tries {
            do {
                return try await reaction.act(event)
            } catch {
                try Task.checkCancellation()
                logger.error(
                    "A reaction failed",
                    metadata: [
                        "reaction": "\(reaction.name)", "event": "\(event.seq)", "kind": "\(event.kind)",
                        "error": "\(error)", "try": "\(number + 1) of \(Self.tries)",
                    ])
                if let problem = error as? Problem, problem.code != .unavailable { return }
                try await Task.sleep(for: .seconds(1 << number))
            }
        }
    }
}
