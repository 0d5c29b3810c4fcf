import Essentials

/// Makes the first account, with the link that the first start prints; posts to `/first-admin`.
struct FirstAdminPage: WebPage {
    static let template = "accounts/first-admin"

    let layout: Layout
    let token: String
    /// Whether the form is shown: a link that does not work any more has nothing to fill in.
    let isOpen: Bool
    let name: String
    let problem: String?
    let nameProblem: String?
    let passwordProblem: String?
    let againProblem: String?

    /// - Parameter problem: what was wrong with the last try; its fields `name`, `password` and `password_again` are shown
    ///   at theirs.
    init(token: String, name: String = "", problem: Problem? = nil, reader: Reader) {
        func message(_ field: String) -> String? { problem?.fields.first { $0.name == field }?.message }
        layout = Layout("Make the first admin", reader: reader)
        self.token = token
        self.name = name
        isOpen = problem.map { $0.code != .conflict && $0.code != .forbidden } ?? true
        self.problem = problem?.message
        nameProblem = message("name")
        passwordProblem = message("password")
        againProblem = message("password_again")
    }
}
