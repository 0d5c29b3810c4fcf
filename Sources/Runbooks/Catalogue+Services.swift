package import Essentials
import Storage

extension Catalogue {
    /// The runbooks whose front matter names the service, by name; five hundred at most.
    package func entries(ofService service: String, by principal: Principal) async throws -> [Entry] {
        try principal.require(.read, to: "see runbooks")
        return try await database.look { reader in
            try reader.all("\(Entry.select) WHERE service = \(service) ORDER BY name LIMIT 500")
        }
    }

    /// The services that runbooks name, by name, after one: a step of the index for each, however many runbooks.
    package func services(after name: String?, limit: Int, by principal: Principal) async throws -> [String] {
        try principal.require(.read, to: "see runbooks")
        return try await database.read { reader in
            var names: [String] = []
            while names.count < limit,
                let next = try reader.text(
                    """
                    SELECT service FROM runbooks WHERE service > \(names.last ?? name ?? "") ORDER BY service LIMIT 1
                    """)
            {
                names.append(next)
            }
            return names
        }
    }

    /// How many runbooks name each of these services.
    package func counts(ofServices services: [String], by principal: Principal) async throws -> [String: Int] {
        try principal.require(.read, to: "see runbooks")
        return try await database.read { reader in
            var counts: [String: Int] = [:]
            for service in services {
                counts[service] = Int(
                    try reader.integer("SELECT count(*) FROM runbooks WHERE service = \(service)") ?? 0)
            }
            return counts
        }
    }
}
