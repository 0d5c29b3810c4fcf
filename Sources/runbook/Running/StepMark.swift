/// A step's state as a mark and a colour.
enum StepMark: String, Equatable {
    case done = "✓"
    case wrong = "✕"
    case running = "●"
    case ahead = "○"
    case held = "‖"
    case skipped = "–"

    init(state: String) {
        self =
            switch state {
            case "succeeded": .done
            case "failed", "timed-out", "cancelled", "rejected", "triggered": .wrong
            case "running", "acknowledged": .running
            case "waiting", "unknown", "mitigated": .held
            case "skipped": .skipped
            default: .ahead
            }
    }

    /// What stops a run.
    var isTrouble: Bool { self == .wrong || self == .held }

    /// The number of the ANSI colour.
    private var colour: Int {
        switch self {
        case .done: 32
        case .wrong: 31
        case .running: 36
        case .held: 33
        case .ahead, .skipped: 2
        }
    }

    func drawn(inColour: Bool) -> String {
        inColour ? "\u{1b}[\(colour)m\(rawValue)\u{1b}[0m" : rawValue
    }
}
