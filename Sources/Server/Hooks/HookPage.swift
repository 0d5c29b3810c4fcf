import Essentials
import Hooks

/// A hook: where its messages go, what they start, and what came of them.
struct HookPage: WebPage {
    static let template = "hooks/hook"

    struct Delivery: Encodable, Sendable {
        let at: Moment?
        let outcome: String
        /// For the colour and shape of the outcome.
        let outcomeState: String
        let message: String
        let runPath: String?
        let reason: String?
    }

    struct Value: Encodable, Sendable {
        let parameter: String
        let value: String
    }

    let layout: Layout
    let name: String
    let sentence: String
    let state: String
    let stateWord: String
    /// Shown by the one answer that has it.
    let secret: String?
    let address: String
    let runbook: String
    let runbookPath: String
    let deliveries: [Delivery]
    let parameters: [Value]
    let pointers: [Value]
    let former: Moment?
    let origin: String
    let created: Moment?
    let journalPath: String
    let pausePath: String?
    let resumePath: String?
    let secretPath: String?
    let removalPath: String?

    init(
        _ hook: HookRecord, deliveries: [HookDelivery], secret: String? = nil, mayOperate: Bool, isAdmin: Bool,
        reader: Reader
    ) {
        let path = Paths.hook(hook.name)
        layout = Layout("Hook \(hook.name)", place: .schedules, reader: reader)
        name = hook.name
        sentence =
            hook.isPaused
            ? "It is paused: messages are refused until somebody resumes it."
            : "A signed message runs \(hook.target), once."
        state = hook.isPaused ? "waiting" : "queued"
        stateWord = hook.isPaused ? "paused" : "ready"
        self.secret = secret
        address = "/api/v1\(path)"
        runbook = hook.target
        runbookPath = Paths.runbook(hook.runbook)
        self.deliveries = deliveries.map { delivery in
            Delivery(
                at: Moment(delivery.at), outcome: delivery.outcome.rawValue, outcomeState: delivery.outcome.stateName,
                message: delivery.message, runPath: delivery.run.map(Paths.run), reason: delivery.reason)
        }
        parameters = Self.values(hook.parameters)
        pointers = Self.values(hook.pointers.mapValues(\.text))
        former = hook.formerUntil.map(Moment.init)
        origin = hook.actorName
        created = Moment(hook.created)
        journalPath = Paths.journal(object: "hook/\(hook.name)")
        pausePath = mayOperate && !hook.isPaused ? "\(path)/pause" : nil
        resumePath = mayOperate && hook.isPaused ? "\(path)/resumption" : nil
        secretPath = isAdmin ? "\(path)/secret" : nil
        removalPath = isAdmin ? "\(path)/removal" : nil
    }

    private static func values(_ values: [String: String]) -> [Value] {
        values.sorted { $0.key < $1.key }.map { Value(parameter: $0.key, value: $0.value) }
    }
}

extension HookDelivery.Outcome {
    fileprivate var stateName: String {
        switch self {
        case .started: "succeeded"
        case .repeated: "skipped"
        case .refused: "failed"
        }
    }
}
