package import Essentials
import Foundation
import Journal
import Outbound
import Storage

extension Services {
    /// Requests at once, of one service.
    private static let atOnce = 25
    /// Services of which the links are read at once.
    private static let pageSize = 200

    /// What the last looks at a service's links found, in the order of its links; none for those never looked at.
    package func linkChecks(of name: String, by principal: Principal) async throws -> [LinkCheck] {
        try principal.require(.read, to: "see services")
        return try await database.read { reader in
            guard let record = try Self.record(name, in: reader) else { return [] }
            return try Self.checks(of: record, in: reader)
        }
    }

    /// Looks at each link of a service now. It stops nothing and nobody waits for it; an event tells where a link that was
    /// reachable, or was never looked at, fails, and where one that failed is reachable again.
    /// - Throws: `Problem.notFound` for a service that is not recorded.
    package func checkLinks(of name: String, by principal: Principal) async throws -> [LinkCheck] {
        try principal.require(.operate, to: "check the links of services")
        let record = try await service(name, by: principal)
        let findings = await look(at: record.facts.addresses)
        try Task.checkCancellation()
        let (journal, now) = (journal, time.now())
        return try await database.write { transaction in
            // What was changed meanwhile is looked at the next time.
            guard let record = try Self.record(name, in: transaction) else { throw Self.unknown(name) }
            for link in record.facts.links {
                guard let finding = findings[link.url] else { continue }
                let before: LinkCheck? = try transaction.first(
                    "\(LinkCheck.select) WHERE service = \(name) AND url = \(link.url)")
                // Two links may lead to one address.
                if before?.checked == now { continue }
                try Self.keep(finding, of: link.url, of: name, since: before, at: now, in: transaction)
                guard (before?.state ?? .reachable) != finding.state else { continue }
                try journal.append(
                    Self.event(finding, of: link, of: name, since: before), by: principal, in: transaction)
            }
            return try Self.checks(of: record, in: transaction)
        }
    }

    /// The services with a link that was looked at longer ago than this, or never.
    /// - Returns: also how long it is until the next one is due; nil where there is none.
    func linksDue(every interval: Duration) async throws -> (names: [String], wait: Duration?) {
        struct Linked: Decodable {
            let name: String
            let links: String
        }
        let now = time.now()
        var (due, wait): ([String], Duration?) = ([], nil)
        var last = ""
        while true {
            let after = last
            let page = try await database.read { reader in
                let services: [Linked] = try reader.all(
                    "SELECT name, links FROM services WHERE name > \(after) ORDER BY name LIMIT \(Self.pageSize)")
                return try services.map { service in
                    let links = try JSONDecoder().decode([ServiceFacts.Link].self, from: Data(service.links.utf8))
                    let known: [LinkCheck] =
                        links.isEmpty ? [] : try reader.all("\(LinkCheck.select) WHERE service = \(service.name)")
                    return (service.name, Set(links.map(\.url)), known)
                }
            }
            for (name, addresses, known) in page where !addresses.isEmpty {
                let checked = known.filter { addresses.contains($0.url) }.map(\.checked)
                // Of a clock that was set back, nothing can be said.
                let oldest = checked.count < addresses.count ? nil : checked.min().flatMap { $0 > now ? nil : $0 }
                let left = oldest.map { now.duration(to: $0.advanced(by: interval)) } ?? .zero
                if left <= .zero {
                    due.append(name)
                } else {
                    wait = min(wait ?? left, left)
                }
            }
            guard page.count == Self.pageSize, let name = page.last?.0 else { return (due, wait) }
            last = name
        }
    }

    /// By address. Nothing of what is answered is kept but its status.
    private func look(at addresses: [String]) async -> [String: LinkFinding] {
        let (requester, limit) = (requester, patience)
        return await withTaskGroup(of: (String, LinkFinding).self) { group in
            var findings: [String: LinkFinding] = [:]
            for (number, url) in addresses.enumerated() {
                if number >= Self.atOnce, let (done, finding) = await group.next() { findings[done] = finding }
                group.addTask {
                    let outcome = await requester.ask(
                        .init(method: "GET", url: url, headers: [], body: "", timeout: limit, follows: true))
                    return (url, LinkFinding(outcome, within: limit))
                }
            }
            for await (url, finding) in group { findings[url] = finding }
            return findings
        }
    }

    private static func keep(
        _ finding: LinkFinding, of url: String, of name: String, since before: LinkCheck?, at now: Timestamp,
        in transaction: Transaction
    ) throws {
        let since = before?.state == finding.state ? before?.since ?? now : now
        try transaction.execute(
            """
            INSERT INTO service_links (service, url, state, since, checked, status, milliseconds, reason)
            VALUES (\(name), \(url), \(finding.state), \(since), \(now), \(finding.status), \(finding.milliseconds),
                \(finding.reason))
            ON CONFLICT (service, url) DO UPDATE SET state = excluded.state, since = excluded.since,
                checked = excluded.checked, status = excluded.status, milliseconds = excluded.milliseconds,
                reason = excluded.reason
            """)
    }

    private static func event(
        _ finding: LinkFinding, of link: ServiceFacts.Link, of name: String, since before: LinkCheck?
    ) -> Event {
        var details: [String: JSONValue] = ["title": .string(link.title), "url": .string(link.url)]
        if let reason = finding.reason { details["reason"] = .string(reason) }
        if let before { details["before_since"] = .string(before.since.rfc3339) }
        return Event(
            finding.state == .failing ? "service.link-failed" : "service.link-recovered", on: .service(name),
            details: details)
    }

    private static func checks(of record: ServiceRecord, in reader: Reader) throws -> [LinkCheck] {
        let rows: [LinkCheck] = try reader.all("\(LinkCheck.select) WHERE service = \(record.name)")
        return record.facts.addresses.compactMap { url in rows.first { $0.url == url } }
    }

    /// Forgets what was found of links that a service has no longer.
    static func forgetLinks(of name: String, besides facts: ServiceFacts, in transaction: Transaction) throws {
        let rows: [LinkCheck] = try transaction.all("\(LinkCheck.select) WHERE service = \(name)")
        for row in rows where !facts.addresses.contains(row.url) {
            try transaction.execute("DELETE FROM service_links WHERE service = \(name) AND url = \(row.url)")
        }
    }
}

extension ServiceFacts {
    /// Those of its links, each once, in their order.
    var addresses: [String] {
        var seen: Set<String> = []
        return links.map(\.url).filter { seen.insert($0).inserted }
    }
}
