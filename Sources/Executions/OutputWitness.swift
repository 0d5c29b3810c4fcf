import Essentials
import Foundation
package import Journal
package import Storage

/// Holds the stored output of every finished attempt against its `step.finished` event.
package struct OutputWitness: EventWitness {
    private var seen: Int64 = 0
    /// Then nobody can say how much output there should be.
    private var hasErased = false

    package init() {}

    package mutating func examine(_ event: RecordedEvent, in reader: Reader) throws -> String? {
        guard event.kind == "step.finished" else { return nil }
        guard !event.isErased else {
            hasErased = true
            return nil
        }
        guard let attempt = event.details["attempt"]?.string, let output = event.details["output"] else {
            return "it does not say which output its attempt left"
        }
        let digest: OutputDigest
        do {
            digest = try OutputDigest.read(attempt, in: reader).digest
        } catch is DecodingError {
            return "the stored output of its attempt can't be read"
        }
        seen += Int64(digest.chunks)
        // What retention has removed is gone as a whole, and a later event says so.
        if digest.chunks == 0, (output["chunks"]?.integer ?? 0) > 0,
            try hasExpired(attempt, since: event, in: reader)
        {
            return nil
        }
        guard digest.bytes == output["bytes"]?.integer, digest.hex == output["sha256"]?.string else {
            return "the stored output of its attempt was changed"
        }
        return nil
    }

    private mutating func hasExpired(_ attempt: String, since event: RecordedEvent, in reader: Reader) throws -> Bool {
        guard let run = event.objects.first(where: { $0.kind == "run" }) else { return false }
        var after = event.seq
        while true {
            let events = try Journal.events(
                of: [.init(run, kinds: ["output.expired"])], after: after, limit: 100, in: reader)
            guard let last = events.last else { return false }
            for event in events {
                if event.isErased {
                    hasErased = true
                    return true
                }
                guard case .array(let attempts) = event.details["attempts"] else { continue }
                if attempts.contains(where: { $0.string == attempt }) { return true }
            }
            after = last.seq
        }
    }

    package mutating func finish(in reader: Reader) throws -> String? {
        // What a running attempt has printed so far is on no event yet.
        let settled =
            try reader.integer(
                """
                /* scan: verification reads everything */
                SELECT count(*) FROM output o WHERE NOT EXISTS
                    (SELECT 1 FROM attempts a WHERE a.id = o.attempt AND a.state = 'running')
                """) ?? 0
        return settled == seen || hasErased ? nil : "there is stored output that belongs to no event"
    }
}
