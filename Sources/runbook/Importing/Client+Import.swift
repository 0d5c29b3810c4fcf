import API
import Essentials

/// What an import did with a file.
struct Imported: Sendable {
    enum Result: String, Sendable {
        case created
        case newVersion = "new-version"
        case unchanged

        var words: String { self == .newVersion ? "new version" : rawValue }
    }

    let result: Result
    let runbook: JSONValue

    var name: String { runbook["name"]?.string ?? "" }

    /// The number of a kind of parts; the server sends the number or the parts themselves.
    func count(_ key: String) -> Int {
        switch runbook[key] {
        case .integer(let count): Int(count)
        case .array(let parts): parts.count
        default: 0
        }
    }
}

extension Client {
    /// Stores a guide under a name.
    func importGuide(_ bytes: [UInt8], name: String) async throws -> Imported {
        var request = try Request(.post, .api("runbooks", query: ["name": name]))
        request.headers = [("Content-Type", "text/markdown; charset=utf-8")]
        request.body = bytes
        let answer = try await send(request)
        let runbook = try JSONValue(jsonText: String(decoding: answer.bytes, as: UTF8.self))
        let result: Imported.Result =
            switch (answer.status, runbook["number"]) {
            case (201, .integer(2...)): .newVersion
            case (201, _): .created
            default: .unchanged
            }
        return Imported(result: result, runbook: runbook)
    }
}
