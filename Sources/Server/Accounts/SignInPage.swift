/// Name and password; posts to `/session`.
struct SignInPage: WebPage {
    static let template = "accounts/sign-in"

    let layout: Layout
    let name: String
    /// The path to go to afterwards. The handler accepts only one on this server.
    let next: String
    /// What was wrong with the last try, as a sentence.
    let problem: String?

    init(name: String = "", next: String = "/", problem: String? = nil, reader: Reader) {
        layout = Layout("Sign in", reader: reader)
        self.name = name
        self.next = next
        self.problem = problem
    }
}
