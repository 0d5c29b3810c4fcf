import Essentials
import RunbookFormat

/// Reads a guide from text.
func read(_ text: String) throws(Problem) -> Guide {
    try Guide(parsing: Array(text.utf8), name: "a-guide")
}

/// Why a text is refused; nil when it isn't.
func refusal(of bytes: [UInt8]) -> Problem? {
    do throws(Problem) {
        _ = try Guide(parsing: bytes, name: "a-guide")
        return nil
    } catch {
        return error
    }
}

func refusal(of text: String) -> Problem? { refusal(of: Array(text.utf8)) }

/// The only step of a guide that holds one fence.
func onlyStep(_ info: String, _ script: String = "true") throws -> Step? {
    let guide = try read("```\(info)\n\(script)\n```\n")
    return guide.steps.count == 1 ? guide.steps.first : nil
}

extension Guide {
    func rules(_ severity: Finding.Severity? = nil) -> [String] {
        findings.filter { severity == nil || $0.severity == severity }.map(\.rule.rawValue)
    }

    var html: String { rendered().map(\.html).joined() }
}
