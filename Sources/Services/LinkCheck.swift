package import Essentials
package import Outbound
package import Storage

package enum LinkState: String, Sendable, CaseIterable, Codable, SQLBindable {
    case reachable
    case failing
}

/// What the last look at a link of a service found.
package struct LinkCheck: Sendable, Equatable, Decodable {
    package let url: String
    package let state: LinkState
    /// Since when it is so.
    package let since: Timestamp
    /// When it was looked at last.
    package let checked: Timestamp
    /// Of the answer, where there was one.
    package let status: Int?
    /// From the request to the answer, where there was one.
    package let milliseconds: Int?
    /// Why it fails, as a sentence.
    package let reason: String?

    static let select: SQL = "SELECT url, state, since, checked, status, milliseconds, reason FROM service_links"
}

/// What an answer says of a link: it is reachable where a browser would get something to see.
///
/// An answer that asks for a sign-in (401, 403) comes from what the link leads to, so that it is reachable too; every other
/// answer from 400 on, and none, is a failure.
package struct LinkFinding: Sendable, Equatable {
    package let state: LinkState
    package let status: Int?
    package let milliseconds: Int?
    package let reason: String?

    /// - Parameter limit: how long was waited for the answer.
    package init(_ outcome: Requester.Outcome, within limit: Duration) {
        switch outcome {
        case .answered(let answer):
            let isReachable = (200..<400).contains(answer.status) || [401, 403].contains(answer.status)
            state = isReachable ? .reachable : .failing
            status = answer.status
            let took = answer.took.components
            milliseconds = Int(took.seconds * 1000 + took.attoseconds / 1_000_000_000_000_000)
            let phrase = answer.phrase.isEmpty ? "" : " \(answer.phrase)"
            reason = isReachable ? nil : "It answers \(answer.status)\(phrase)."
        case .timedOut:
            (state, status, milliseconds) = (.failing, nil, nil)
            reason = "Nothing was answered within \(limit.components.seconds) seconds."
        case .unanswered(let why):
            (state, status, milliseconds) = (.failing, nil, nil)
            reason = "It was not answered: \(why)."
        }
    }
}
