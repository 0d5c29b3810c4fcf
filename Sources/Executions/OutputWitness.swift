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
        guard digest.bytes == output["bytes"]?.integer, digest.hex == output["sha256"]?.string else {
            return "the stored output of its attempt was changed"
        }
        return nil
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
