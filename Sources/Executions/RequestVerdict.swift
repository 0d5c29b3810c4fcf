import Essentials
import Outbound
import RunbookFormat

/// What an answer is, beside what was expected of it.
struct RequestVerdict: Sendable, Equatable {
    /// Each as a sentence; none where all is as expected.
    let faults: [String]
    /// What later steps may use.
    let outputs: [String: String]

    init(_ answer: Requester.Answer, _ expectations: RequestExpectations) {
        var faults: [String] = []
        if !expectations.statuses.contains(where: { $0.contains(answer.status) }) {
            faults.append("Expected status \(expectations.statusText), and got \(answer.status).")
        }
        faults += expectations.headers.compactMap { Self.fault(of: $0, in: answer) }
        if let most = expectations.latency, answer.took > most {
            faults.append(
                "Expected an answer within \(DurationText.format(most)), and it took \(Self.milliseconds(answer.took)) ms."
            )
        }
        let text = expectations.bodies.isEmpty ? "" : String(decoding: answer.body, as: UTF8.self)
        for pattern in expectations.bodies where !pattern.isFound(in: text) {
            faults.append(
                "Expected \(pattern.source) in the body\(answer.isCut ? "'s first \(answer.body.count) bytes" : ""), and it is not there."
            )
        }
        var outputs = ["status": String(answer.status), "latency_ms": String(Self.milliseconds(answer.took))]
        if expectations.readsJSON {
            if answer.isCut {
                faults.append("The answer's JSON can't be read: it is longer than \(answer.body.count) bytes.")
            } else {
                do {
                    let document = try JSONValue(parsing: String(decoding: answer.body, as: UTF8.self))
                    faults += expectations.values.compactMap { Self.fault(of: $0, in: document) }
                    for output in expectations.outputs {
                        guard let value = output.pointer.value(in: document) else {
                            faults.append(
                                "The answer has nothing at \(output.pointer.text), which is to be \(output.name).")
                            continue
                        }
                        outputs[output.name] = Self.text(of: value)
                    }
                } catch {
                    faults.append("Expected JSON, and the answer is none.")
                }
            }
        }
        self.faults = faults
        self.outputs = outputs
    }

    static func milliseconds(_ duration: Duration) -> Int64 {
        duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
    }

    private static func fault(of header: RequestExpectations.Header, in answer: Requester.Answer) -> String? {
        let values = answer.headers.filter { $0.name.lowercased() == header.name.lowercased() }.map(\.value)
        if header.isUnwanted {
            return values.isEmpty ? nil : "Expected no header \(header.name), and it is there."
        }
        guard let first = values.first else { return "Expected the header \(header.name), and it is not there." }
        guard let pattern = header.pattern, !values.contains(where: pattern.matches) else { return nil }
        return "Expected the header \(header.name) like \(pattern.source), and it is \(first.prefix(200))."
    }

    private static func fault(of expected: RequestExpectations.JSON, in document: JSONValue) -> String? {
        let place = expected.pointer.text
        guard let value = expected.pointer.value(in: document) else {
            return expected.isUnwanted ? nil : "Expected \(place) in the JSON, and it is not there."
        }
        guard let wanted = expected.value, isEqual(value, wanted) == expected.isUnwanted else { return nil }
        return
            "Expected \(place) \(expected.isUnwanted ? "other than" : "equal to") \(wanted.text), and it is \(value.text.prefix(200))."
    }

    /// JSON has one kind of number.
    private static func isEqual(_ a: JSONValue, _ b: JSONValue) -> Bool {
        switch (a, b) {
        case (.integer(let a), .number(let b)), (.number(let b), .integer(let a)): Double(a) == b
        default: a == b
        }
    }

    private static func text(of value: JSONValue) -> String {
        if case .string(let text) = value { text } else { value.text }
    }
}
