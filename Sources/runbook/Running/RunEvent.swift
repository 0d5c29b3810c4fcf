import API
import Essentials
import Foundation

/// What happens in a run, as its stream tells it.
enum RunEvent: Sendable {
    case run(Run)
    case step(RunStep)
    case output(OutputChunk)
    /// Of a newer server: printed as JSON, else passed over.
    case other

    /// - Throws: `Problem.unavailable` when the data is not what its name says.
    init(_ event: ServerSentEvent) throws(Problem) {
        let data = Data(event.data.utf8)
        do {
            switch event.event {
            case "run": self = .run(try JSONDecoder().decode(Run.self, from: data))
            case "step": self = .step(try JSONDecoder().decode(RunStep.self, from: data))
            case "output": self = .output(try JSONDecoder().decode(OutputChunk.self, from: data))
            default: self = .other
            }
        } catch {
            throw .unavailable(
                "The server sent a \(event.event) event that this client does not know: update the client.")
        }
    }
}

/// Shows a run while it goes on. What it shows is written before a method returns, so that a slow reader slows the
/// stream down instead of filling the memory.
protocol RunView: _Concurrency.Actor {
    /// Whether it shows the data of events as it came.
    nonisolated var showsJSON: Bool { get }
    /// - Parameter text: the event's data as JSON; empty unless the view shows it.
    func show(_ event: RunEvent, name: String, text: String) throws
    /// A sentence of the client's own: the connection was lost, the run is being cancelled.
    func say(_ sentence: String) throws
    /// A text of the guide's, line by line.
    func quote(_ text: String) throws
    /// Asks on the terminal; nil takes the question away.
    func ask(_ question: String?) throws
    /// A second has passed.
    func tick() throws
    /// The run rests or is over: the last word.
    func finish(_ run: Run) throws
    /// Nobody looks on any more, though the run may go on: clears what was only drawn.
    func leave() throws
}

extension RunView {
    nonisolated var showsJSON: Bool { false }
    func quote(_ text: String) throws { try say(text) }
    func ask(_ question: String?) throws {}
    func tick() throws {}
    func leave() throws {}
}
