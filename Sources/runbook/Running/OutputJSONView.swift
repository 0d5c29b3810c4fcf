import API
import Essentials

/// What a run printed, each piece as JSON on a line.
actor OutputJSONView: RunView {
    nonisolated let showsJSON = true
    private let data: Output
    private let talk: Output
    private let only: String?

    init(data: Output = .data, talk: Output = .talk, only: String?) {
        self.data = data
        self.talk = talk
        self.only = only
    }

    func show(_ event: RunEvent, name: String, text: String) throws {
        guard case .output(let chunk) = event, only == nil || chunk.step == only else { return }
        try data.json(text: text)
    }

    func say(_ sentence: String) throws { try talk.say("runbook: \(sentence)") }

    func finish(_ run: Run) throws {}
}
