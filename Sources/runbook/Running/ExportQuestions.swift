import API
import Essentials

/// The variables that steps with `promptEnv` export, to be asked for in a terminal.
struct ExportQuestions {
    struct Question: Equatable {
        let step: String
        let name: String
        let value: String
        let line: Int64
    }

    let questions: [Question]

    var isEmpty: Bool { questions.isEmpty }

    /// - Parameter runbook: as the server shows it; a server that knows no such variables tells of none.
    init(of runbook: JSONValue) {
        guard case .array(let steps) = runbook["steps"] else {
            questions = []
            return
        }
        questions = steps.flatMap { step -> [Question] in
            guard let id = step["id"]?.string, case .array(let exports) = step["exports"] else { return [] }
            return exports.compactMap { export in
                guard let name = export["name"]?.string, let value = export["value"]?.string,
                    case .integer(let line) = export["line"]
                else { return nil }
                return Question(step: id, name: name, value: value, line: line)
            }
        }
    }

    /// Asks for those of the steps that would run, each variable once; an empty line leaves what the guide writes.
    func ask(for steps: [String], into request: inout RunRequest) throws {
        var asked: Set<String> = []
        for question in questions where steps.contains(question.step) && asked.insert(question.name).inserted {
            let answer = try Keyboard.ask("\(question.name), line \(question.line) [\(question.value)]")
            guard !answer.isEmpty else { continue }
            request.placeholders = (request.placeholders ?? [:]).merging(["export \(question.name)": answer]) { $1 }
        }
    }
}
