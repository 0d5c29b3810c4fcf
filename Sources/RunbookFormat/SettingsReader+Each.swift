import Essentials

/// What runs once for each value of a list, or on each of several machines.
extension SettingsReader {
    private static let mostAtOnce = 8

    mutating func readEach(_ name: String, _ value: String) {
        guard settings.each == nil else {
            errors.append("\"foreach\" and \"hosts\" don't go together; take one of them out.")
            return
        }
        do {
            settings.each = try name == "hosts" ? Each(hosts: value) : Each(parsing: value)
            if let number = number("at-once", 1...Self.mostAtOnce) { settings.each?.atOnce = number }
            if let number = number("max-failures", 0...Each.most) { settings.each?.mostFailures = number }
        } catch {
            errors.append("\"\(name)\": \(error.message)")
        }
    }

    mutating func checkEach(_ kind: Step.Kind) {
        let name = attributes["hosts"] == nil ? "foreach" : "hosts"
        if attributes["max-failures"] != nil, name == "foreach" {
            errors.append("\"max-failures\" says how many of \"hosts\" may fail; write that too.")
        }
        guard settings.each != nil else {
            if attributes["at-once"] != nil, attributes[name] == nil {
                errors.append("\"at-once\" says how many of \"foreach\" or \"hosts\" run at once; write that too.")
            }
            return
        }
        if name == "hosts", kind != .shell, kind != .program {
            errors.append("\"hosts\" is for scripts alone; take it out.")
        } else if ![.shell, .program, .http, .runbook].contains(kind) {
            errors.append("\"foreach\" is for scripts, requests and runbooks; take it out.")
        }
        var others = [("check", isCheck), ("background", settings.isBackground)]
        if name == "hosts" { others.append(("interactive", settings.isInteractive)) }
        for (other, _) in others.filter(\.1) { errors.append("\"\(name)\" and \"\(other)\" don't go together.") }
    }

    private mutating func number(_ name: String, _ range: ClosedRange<Int>) -> Int? {
        guard let text = attributes[name] else { return nil }
        if let number = Int(text), range.contains(number) { return number }
        errors.append("\"\(name)\" must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        return nil
    }
}
