import Essentials

extension Step {
    /// One step for each value, named after it: `restart@web1`.
    /// - Parameter taken: the names that are in use; those of these steps come to them.
    package func instances(of values: [String], besides taken: inout Set<String>) -> [Step] {
        values.enumerated().map { index, value in
            var step = self
            var name = "\(id)@\(Self.plain(value))"
            if taken.contains(name) { name += "-\(index + 1)" }
            taken.insert(name)
            (step.id, step.item, step.repeats) = (name, value, id)
            return step
        }
    }

    /// The same step for one value, as the record of a run has it.
    package func instance(named name: String, of value: String) -> Step {
        var step = self
        (step.id, step.item, step.repeats) = (name, value, id)
        return step
    }

    /// The machine that it runs on; nil for one that runs on the server's own, or for what stands for several.
    package var host: Host? {
        guard settings.each?.isOfHosts == true, let item else { return nil }
        // Nothing that is no host comes onto a list of hosts.
        return try? Host(parsing: item)
    }

    /// The value that it runs for, by the name that its text and its question have for it; empty for one without a list.
    package var listValue: [String: String] {
        guard let item, let each = settings.each else { return [:] }
        return [each.name: item]
    }

    /// What its list asks for and the guide does not give.
    package func listFaults(in guide: Guide) -> [String] {
        guard let each = settings.each else { return [] }
        let declared = guide.metadata.parameters
        let attribute = each.isOfHosts ? "hosts" : "foreach"
        var faults: [String] = []
        if let name = isTemplate ? each.name : each.variable, declared[name] != nil {
            faults.append(
                "\"foreach\" calls its value \(name), which is a parameter: take another name, as in foreach=\"host in hosts\"."
            )
        }
        guard case .parameter(let name) = each.source else { return faults }
        if declared[name] == nil {
            faults.append(
                "\"\(attribute)\" takes its values from the parameter \(name), which the guide does not declare; for a single value write \(attribute)=[\"\(name)\"]."
            )
        } else if declared.sensitiveNames.contains(name) {
            faults.append("\"\(attribute)\" would show the sensitive \(name): its values are the names of steps.")
        }
        return faults
    }

    /// What stands for a value in the name of a step.
    private static func plain(_ value: String) -> String {
        let shown = value.unicodeScalars.prefix(60).map { scalar -> Character in
            scalar.isASCII
                && (Character(scalar).isLetter || Character(scalar).isNumber || "._:-".contains(Character(scalar)))
                ? Character(scalar) : "-"
        }
        return String(shown)
    }
}
