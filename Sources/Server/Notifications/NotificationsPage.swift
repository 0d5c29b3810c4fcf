import API
import Essentials
import Notifications

/// Where news of incidents goes, and what became of each piece.
struct NotificationsPage: WebPage {
    static let template = "notifications/notifications"

    struct Row: Encodable, Sendable {
        let name: String
        let kind: String
        let address: String
        let told: String
        let since: Moment
        let testPath: String
        let removalPath: String

        init(_ destination: Destination) {
            name = destination.name
            kind = destination.kind.rawValue
            address = destination.address
            told = destination.events.map(\.word).joined(separator: ", ")
            since = Moment(destination.created)
            let path = "/notifications/destinations/\(Paths.encoded(destination.name))"
            testPath = "\(path)/test"
            removalPath = "\(path)/removal"
        }
    }

    struct Line: Encodable, Sendable {
        let key: String
        let state: String
        let destination: String
        /// `opened`, or `test`.
        let what: String
        let objectPath: String?
        let made: Moment
        /// `3 tries, the last answered 503`.
        let tries: String
        let error: String?
        /// When it is tried next.
        let next: Moment?
        let retryPath: String?
        let retryWord: String

        init(_ delivery: Delivery, isThere: Bool) {
            key = delivery.id.rawValue
            state = delivery.state.rawValue
            destination = delivery.name
            what = Occasion(rawValue: delivery.kind)?.word ?? "test"
            objectPath = delivery.object.flatMap { object in
                object.hasPrefix("incident/") ? Paths.incident(String(object.dropFirst("incident/".count))) : nil
            }
            made = Moment(delivery.created)
            let answer = delivery.status.map { ", the last answered \($0)" } ?? ""
            tries = delivery.tries == 0 ? "not tried yet" : "\(counted(delivery.tries, "try", "tries"))\(answer)"
            error = delivery.state == .delivered ? nil : delivery.error
            next = delivery.state == .pending && delivery.tries > 0 ? Moment(delivery.due) : nil
            let mayRetry = isThere && (delivery.state == .failed || next != nil)
            retryPath = mayRetry ? "/notifications/deliveries/\(Paths.encoded(delivery.id.rawValue))/retry" : nil
            retryWord = delivery.state == .failed ? "Send again" : "Send now"
        }
    }

    struct Filter: Encodable, Sendable {
        let label: String
        let filterPath: String
        let isCurrent: Bool
    }

    struct Choice: Encodable, Sendable {
        let option: String
        let word: String
        let isChosen: Bool
    }

    /// What was typed to add a destination.
    struct Typed: Encodable, Sendable {
        var name = ""
        var kind = Destination.Kind.webhook.rawValue
        var events = Set(Occasion.allCases.map(\.rawValue))
        var isOpen = false
    }

    let layout: Layout
    let sentence: String
    let problem: String?
    /// Shown once, to whoever has just added a webhook.
    let secret: String?
    let rows: [Row]
    let isAdding: Bool
    let name: String
    let nameComplaint: String?
    let urlComplaint: String?
    let kinds: [Choice]
    let eventsComplaint: String?
    let events: [Choice]
    let filters: [Filter]
    let deliveries: [Line]
    let emptiness: String?
    let nextPath: String?
    let newsPath: String?

    /// - Parameters:
    ///   - state: the only state of deliveries that is shown; nil for all.
    ///   - head: the number of the journal's last event that the page has taken in; nil where nothing live is to come.
    init(
        _ destinations: [Destination], deliveries page: Page<Delivery>, state: Delivery.State?, typed: Typed = Typed(),
        problem: Problem? = nil, secret: String? = nil, head: Int64?, reader: Reader
    ) {
        layout = Layout(
            "News of incidents", place: .incidents, reader: reader, scripts: head == nil ? [] : ["live.js"])
        func complaint(_ field: String) -> String? { problem?.fields.first { $0.name == field }?.message }
        sentence =
            destinations.isEmpty
            ? "News of incidents goes nowhere yet."
            : "News of incidents goes to \(counted(destinations.count, "destination"))."
        self.problem = problem.map { problem in
            let shown: Set = ["name", "url", "events"]
            return Problem(problem.code, problem.message, fields: problem.fields.filter { !shown.contains($0.name) })
                .description
        }
        self.secret = secret
        rows = destinations.map(Row.init)
        isAdding = typed.isOpen || destinations.isEmpty
        name = typed.name
        nameComplaint = complaint("name")
        urlComplaint = complaint("url")
        eventsComplaint = complaint("events")
        kinds = Destination.Kind.allCases.map {
            Choice(option: $0.rawValue, word: $0.words, isChosen: $0.rawValue == typed.kind)
        }
        events = Occasion.allCases.map {
            Choice(option: $0.rawValue, word: $0.word, isChosen: typed.events.contains($0.rawValue))
        }
        func path(_ state: Delivery.State?, _ after: String? = nil) -> String {
            Paths.query("/notifications", [("state", state?.rawValue), ("after", after)])
        }
        filters =
            [Filter(label: "all", filterPath: path(nil), isCurrent: state == nil)]
            + Delivery.State.allCases.map { Filter(label: $0.rawValue, filterPath: path($0), isCurrent: $0 == state) }
        let there = Set(destinations.map(\.id))
        deliveries = page.items.map { Line($0, isThere: there.contains($0.destination)) }
        emptiness = page.items.isEmpty ? (state.map { "None is \($0.rawValue)." } ?? "Nothing has been sent yet.") : nil
        nextPath = page.next.map { path(state, $0) }
        newsPath = head.map(Paths.news)
    }
}

extension Occasion {
    /// As one says it: `opened`.
    var word: String { String(rawValue.drop { $0 != "." }.dropFirst()) }
}

extension Destination.Kind {
    var words: String {
        switch self {
        case .webhook: "a webhook: JSON, signed as Standard Webhooks says"
        case .slack: "Slack: an incoming webhook, or what takes the same"
        }
    }
}
