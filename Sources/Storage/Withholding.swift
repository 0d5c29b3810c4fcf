/// Who gives out an answer that was made before its change is durable, and does so only once it is.
package struct Withholding: Sendable {
    /// Called once, with how the change ended: it is durable, or nothing of it was made.
    package typealias Release = @Sendable (Result<Void, any Error>) -> Void

    /// From now on the answer that is given next is held. Nil where it can't be: then whoever made it waits.
    let hold: @Sendable () -> Release?

    package init(hold: @escaping @Sendable () -> Release?) { self.hold = hold }
}
