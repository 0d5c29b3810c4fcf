import Web

/// Who reads a page: shown in the navigation, and the token that each form carries back.
package struct Reader: Encodable, Sendable {
    /// Nil for a stranger, who sees no navigation.
    package let name: String?
    package let csrf: String

    package static let stranger = Reader(name: nil, csrf: "")

    package init(name: String?, csrf: String) {
        self.name = name
        self.csrf = csrf
    }
}

/// What stands around every page: its title, the places one can go to, and who is signed in.
package struct Layout: Encodable, Sendable {
    /// A place of the navigation, in its order. Only what exists is listed.
    enum Place: String, CaseIterable {
        case now = "Now"
        case runbooks = "Runbooks"
        case runs = "Runs"
        case checklists = "Checklists"
        case deployments = "Deployments"
        case incidents = "Incidents"
        case services = "Services"
        case schedules = "Schedules"
        case journal = "Journal"
        case search = "Search"

        var path: String {
            switch self {
            case .now: "/"
            case .runbooks: "/runbooks"
            case .runs: "/runs"
            case .checklists: "/checklists"
            case .deployments: "/deployments"
            case .incidents: "/incidents"
            case .services: "/services"
            case .schedules: "/schedules"
            case .journal: "/journal"
            case .search: "/search"
            }
        }
    }

    struct Entry: Encodable, Sendable {
        let label: String
        let path: String
        let isCurrent: Bool
    }

    struct SignedIn: Encodable, Sendable {
        let person: String
        let places: [Entry]
        /// The name of the current place, or "Menu": what a phone shows on the button that opens the navigation.
        let current: String
    }

    let title: String
    let csrf: String
    let signedIn: SignedIn?
    /// The scripts that this page needs besides those that every page has, by their asset's name.
    let scripts: [String]

    init(_ title: String, place: Place? = nil, reader: Reader, scripts: [String] = []) {
        self.title = title
        self.csrf = reader.csrf
        self.scripts = scripts
        signedIn = reader.name.map { name in
            SignedIn(
                person: name,
                places: Place.allCases.map { Entry(label: $0.rawValue, path: $0.path, isCurrent: $0 == place) },
                current: place?.rawValue ?? "Menu")
        }
    }
}

/// The whole document: the layout with a page's content in it.
struct Frame: Encodable, Sendable {
    static let template = "layout/page"
    /// On every page.
    private static let scripts = ["times.js", "copy.js", "keys.js"]

    let layout: Layout
    let content: SafeHTML
    let stylesheet: String
    /// Of the page's subject, where it has one.
    let subjectStyles: String?
    let icon: String
    let scripts: [String]

    /// - Parameter subject: the page's folder of templates.
    init(_ layout: Layout, content: String, subject: String, files: WebFiles) {
        self.layout = layout
        self.content = SafeHTML(content)
        stylesheet = files.asset("style.css")?.url ?? ""
        subjectStyles = files.asset("\(subject).css")?.url
        icon = files.asset("icon.svg")?.url ?? ""
        scripts = (Self.scripts + layout.scripts).compactMap { files.asset($0)?.url }
    }
}
