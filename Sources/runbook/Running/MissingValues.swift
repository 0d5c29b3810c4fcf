import API
import Essentials

/// The values that a run was refused for, to be asked for in a terminal.
struct MissingValues {
    /// What is asked for, in the order of the refusal.
    struct Question: Equatable {
        enum Kind: Equatable {
            case parameter(isSensitive: Bool)
            case placeholder
        }

        let name: String
        let kind: Kind
        /// Why it is needed, or what was wrong with what was given.
        let reason: String
        let line: Int?

        var words: String {
            let place = line.map { ", line \($0)" } ?? ""
            return "\(name)\(place) (\(reason))"
        }
    }

    let questions: [Question]

    /// - Parameters:
    ///   - problem: the refusal; its fields name what is missing.
    ///   - runbook: the runbook as the server shows it, which tells placeholders and parameters apart.
    /// - Returns: nil when something else is wrong too, so that answers would not help.
    init?(of problem: Problem, runbook: JSONValue) {
        guard problem.code == .invalid, !problem.fields.isEmpty else { return nil }
        let placeholders = MissingValues.placeholders(of: runbook)
        let parameters = MissingValues.parameters(of: runbook)
        var questions: [Question] = []
        for field in problem.fields {
            let kind: Question.Kind
            if placeholders.contains(field.name) {
                kind = .placeholder
            } else if let isSensitive = parameters[field.name] {
                kind = .parameter(isSensitive: isSensitive)
            } else {
                return nil
            }
            // One placeholder at several lines is one question.
            if questions.contains(where: { $0.name == field.name && $0.kind == kind }) { continue }
            questions.append(Question(name: field.name, kind: kind, reason: field.message, line: field.line))
        }
        self.questions = questions
    }

    /// Asks for each and puts the answers into the request.
    func ask(into request: inout RunRequest) throws {
        for question in questions {
            switch question.kind {
            case .parameter(isSensitive: true):
                request.parameters = (request.parameters ?? [:])
                    .merging([question.name: try Keyboard.askSecret(question.words)]) { $1 }
            case .parameter(isSensitive: false):
                request.parameters = (request.parameters ?? [:])
                    .merging([question.name: try Keyboard.ask(question.words)]) { $1 }
            case .placeholder:
                request.placeholders = (request.placeholders ?? [:])
                    .merging([question.name: try Keyboard.ask(question.words)]) { $1 }
            }
        }
    }

    private static func placeholders(of runbook: JSONValue) -> Set<String> {
        guard case .array(let steps) = runbook["steps"] else { return [] }
        var names: Set<String> = []
        for step in steps {
            guard case .array(let found) = step["placeholders"] else { continue }
            names.formUnion(found.compactMap { $0.string ?? $0["text"]?.string })
        }
        return names
    }

    /// The declared parameters, and whether each is sensitive.
    private static func parameters(of runbook: JSONValue) -> [String: Bool] {
        guard case .object(let declared) = runbook["metadata"]?["parameters"] else { return [:] }
        return declared.mapValues { $0["sensitive"] == .bool(true) }
    }
}
