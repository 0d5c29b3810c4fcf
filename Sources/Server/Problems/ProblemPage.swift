import API

/// What went wrong, and what to do about it.
struct ProblemPage: WebPage {
    static let template = "problems/problem"

    struct Field: Encodable, Sendable {
        let place: String
        let message: String
    }

    let layout: Layout
    let status: String
    let heading: String
    let sentence: String
    let fields: [Field]
    let hasFields: Bool
    let advice: String
    /// What to look for in the server's log.
    let requestID: String?
    let signInPath: String?

    /// - Parameters:
    ///   - path: the page that was asked for, to come back to after signing in.
    ///   - reader: without one the page shows no navigation.
    init(_ details: ProblemDetails, path: String? = nil, reader: Reader = .stranger) {
        let words = Self.words[details.code] ?? Words(heading: details.title, advice: "Go back, and try another way.")
        layout = Layout(words.heading, reader: reader)
        status = String(details.status)
        heading = words.heading
        sentence = details.detail
        fields = (details.errors ?? []).map { error in
            Field(place: error.line.map { "line \($0)" } ?? error.name, message: error.message)
        }
        hasFields = !fields.isEmpty
        advice = words.advice
        requestID = details.request
        signInPath = details.code == "unauthenticated" ? Paths.query("/sign-in", [("next", path)]) : nil
    }

    private struct Words {
        let heading: String
        let advice: String
    }

    private static let words = [
        "invalid": Words(
            heading: "That cannot be done as it stands", advice: "Go back, mend what is named above, and send it again."
        ),
        "unauthenticated": Words(
            heading: "You are not signed in", advice: "Sign in, and you come back to this page."),
        "forbidden": Words(
            heading: "You may not do that",
            advice: "Ask an admin for the permission, or sign in as somebody who has it."),
        "not-found": Words(
            heading: "There is nothing here", advice: "Check the address, or start from one of the lists."),
        "conflict": Words(
            heading: "Something else came first",
            advice: "Go back, reload the page to see what has changed, and decide again."),
        "limited": Words(heading: "Too much at once", advice: "Wait a minute, then try again."),
        "unavailable": Words(heading: "Not just now", advice: "Try again in a minute."),
        "internal": Words(
            heading: "Something broke here",
            advice: "Try again. If it happens again, give the request's name to whoever runs this server."),
    ]
}
