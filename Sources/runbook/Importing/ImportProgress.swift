import Foundation

/// What became of the files of an import so far.
struct ImportCount: Equatable {
    /// To be sent.
    let files: Int
    var created = 0
    var newVersions = 0
    var unchanged = 0
    /// Those that were never sent among them.
    var refused = 0

    init(files: Int) { self.files = files }

    mutating func note(_ result: Imported.Result) {
        switch result {
        case .created: created += 1
        case .newVersion: newVersions += 1
        case .unchanged: unchanged += 1
        }
    }

    /// `12 files created, 2 new versions, 3 unchanged, 1 refused.`
    var sentence: String {
        let versions = newVersions > 0 ? ", \(Wording.count(newVersions, "new version"))" : ""
        return "\(Wording.count(created, "file")) created\(versions), \(unchanged) unchanged, \(refused) refused."
    }
}

/// How far an import is, on one line of the terminal that is written again and again. Where no terminal reads, nothing.
struct ImportProgress {
    private let isShown: Bool

    init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        isShown = Output.talk.canRedraw(environment: environment)
    }

    func show(_ number: Int, of all: Int) throws {
        guard isShown, all > 1 else { return }
        try Output.talk.write("\r\u{1B}[Kimporting \(number) of \(all)…")
    }

    /// Makes room for a line that stays.
    func clear() throws {
        if isShown { try Output.talk.write("\r\u{1B}[K") }
    }
}
