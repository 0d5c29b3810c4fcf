package import Essentials

/// A piece of output, as one read of the shim gave it: it may end anywhere, inside a character too.
package struct Frame: Sendable, Equatable {
    package enum Stream: UInt8, Sendable {
        case stdout = 1
        case stderr = 2
    }

    package let stream: Stream
    /// CLOCK_BOOTTIME when the shim read it.
    package let bootNanoseconds: UInt64
    /// The same by the wall clock as it stood at the step's start, so that it never goes backwards.
    package let time: Timestamp
    package let bytes: [UInt8]
    /// Says that the output's limit was reached here; it has no bytes, and no frame follows it.
    package let isCutMarker: Bool
    /// Where the next frame begins: what to pass to `output(from:)` in order to go on after this one.
    package let endOffset: Int64
}
