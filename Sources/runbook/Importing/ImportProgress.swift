import Foundation

/// What became of the files of an import so far.
struct ImportCount: Equatable {
    /// To be sent.
    let files: Int
    var created = 0
    var unchanged = 0
    /// Those that were never sent among them.
    var refused = 0

    init(files: Int) { self.files = files }

    /// `12 files created, 3 unchanged, 1 refused.`
    var sentence: String {
        "\(Wording.count(created, "file")) created, \(unchanged) unchanged, \(refused) refused."
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
