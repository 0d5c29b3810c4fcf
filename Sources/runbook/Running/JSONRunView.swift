import API
import Essentials

/// Each event on a line: `{"event": "step", "data": {…}}`.
actor JSONRunView: RunView {
    nonisolated let showsJSON = true
    private let data: Output
    private let talk: Output

    init(data: Output = .data, talk: Output = .talk) {
        self.data = data
        self.talk = talk
    }

    func show(_ event: RunEvent, name: String, text: String) throws {
        try data.json(text: "{\"event\": \(quoted(name)), \"data\": \(text)}")
    }

    func say(_ sentence: String) throws { try talk.say("runbook: \(sentence)") }

    func finish(_ run: Run) throws {}

    private func quoted(_ name: String) -> String {
        var text = ""
        JSONValue.quote(name, to: &text)
        return text
    }
}
