package import Essentials

/// Something that was found.
package struct SearchHit: Sendable {
    /// Such as `incident/01j9…`.
    package let object: String
    package let title: String
    /// What was indexed of it.
    package let text: String
    package let time: Timestamp
}

/// A part of what was found.
package struct SearchResults: Sendable {
    /// Only so many of what matches are ranked: among a million, ranking all would take a second and a half.
    package static let ranked = 1000

    package let page: Page<SearchHit>
    /// Words that begin too many others, of which only some were looked for.
    package let broad: [String]
}

extension Reader {
    /// Words that one beginning stands for at most.
    static let expansions = 64
    /// The lengths of beginnings that have an index.
    private static let indexedLength = 3

    /// What holds all the words, of the newest thousand that do: first what has them in its title, else the newest first, and
    /// behind all of these what only printed them.
    /// - Parameter kind: only things of this kind, such as `incident`.
    /// - Throws: `Problem.invalid` for a cursor that is none.
    package func search(_ words: SearchWords, kind: String? = nil, _ request: PageRequest) throws -> SearchResults {
        let position = try request.after.map(Self.position)
        var broad: Set<String> = []
        var expressions: [SearchShelf: String] = [:]
        for shelf in SearchShelf.all(of: kind) {
            let (expression, tooBroad) = try expression(for: words, in: shelf)
            expressions[shelf] = expression
            broad.formUnion(tooBroad)
        }
        func rest(_ ranked: [(tier: Int, n: Int64)]) -> [(tier: Int, n: Int64)] {
            ranked.filter { place in position.map { (place.tier, -place.n) > ($0.tier, -$0.n) } ?? true }
        }
        var found = rest(try things(expressions, kind: kind))
        // What was printed comes last, and is looked for only where it is shown.
        if found.count <= request.limit, let printed = expressions[.output] {
            found += rest(try numbers(in: .output, matching: printed, from: 0).map { (tier: 2, n: $0) })
        }
        let page = try Page(rows: Array(found.prefix(request.limit + 1)), limit: request.limit) { "\($0.tier)-\($0.n)" }
            .map { try hit($0.n) }
        return SearchResults(page: page, broad: words.texts.filter(broad.contains))
    }

    /// Things with the words in their title, then other things and notes, the newest first.
    private func things(_ expressions: [SearchShelf: String], kind: String?) throws -> [(tier: Int, n: Int64)] {
        var titled: [Int64] = []
        var others: [Int64] = []
        if let expression = expressions[.things] {
            let ofKind = kind.map { "({kind} : \(Self.quoted($0))) AND " } ?? ""
            let newest = try numbers(
                in: .things, matching: "\(ofKind)({title text} : (\(expression)))", from: 0)
            if let oldest = newest.last {
                // A search for what is in no title goes through all that matches, however old: it is made once.
                let inTitles = Set(
                    try numbers(in: .things, matching: "\(ofKind)({title} : (\(expression)))", from: oldest))
                titled = newest.filter(inTitles.contains)
                others = newest.filter { !inTitles.contains($0) }
            }
        }
        if let expression = expressions[.notes] {
            others += try numbers(in: .notes, matching: expression, from: 0)
            others.sort(by: >)
        }
        return titled.map { (tier: 0, n: $0) } + others.prefix(SearchResults.ranked).map { (tier: 1, n: $0) }
    }

    /// The newest of what matches, at most as many as are ranked.
    private func numbers(in shelf: SearchShelf, matching expression: String, from oldest: Int64) throws -> [Int64] {
        struct Row: Decodable { let n: Int64 }
        return try all(
            """
            SELECT rowid AS n FROM \(shelf.table) WHERE \(shelf.table) MATCH \(expression) AND rowid >= \(oldest)
            ORDER BY rowid DESC LIMIT \(SearchResults.ranked)
            """, as: Row.self
        ).map(\.n)
    }

    private func hit(_ n: Int64) throws -> SearchHit {
        struct Row: Decodable {
            let object: String
            let title: String
            let time: Timestamp
            let original: String?
        }
        guard let row: Row = try first("SELECT object, title, time, original FROM search_entries WHERE n = \(n)") else {
            throw Problem.unavailable("The search's tables do not fit each other: restore the database from a backup.")
        }
        let table = SearchShelf(of: row.object).table
        let text = try row.original ?? text("SELECT text FROM \(table) WHERE rowid = \(n)") ?? ""
        return SearchHit(object: row.object, title: row.title, text: text, time: row.time)
    }

    /// - Returns: no text when one of the words begins nothing at all there.
    private func expression(
        for words: SearchWords, in shelf: SearchShelf
    ) throws -> (text: String?, broad: [String]) {
        var (terms, broad): ([String], [String]) = ([], [])
        for part in words.parts {
            switch part.written {
            case .phrase(let text): terms.append(Self.quoted(text))
            // What is not ASCII is folded by the engine's own rules, which its vocabulary can't be asked for.
            case .beginning(let word)
            where word.utf8.count <= Self.indexedLength || !word.utf8.allSatisfy { $0 < 0x80 }:
                terms.append("\(Self.quoted(word)) *")
            case .beginning(let word):
                let found = try vocabulary(of: shelf, beginningWith: word.lowercased())
                if found.isEmpty { return (nil, broad) }
                if found.count > Self.expansions { broad.append(part.typed) }
                let known = found.prefix(Self.expansions).map(Self.quoted).joined(separator: " OR ")
                terms.append("(\(known))")
            }
        }
        return (terms.joined(separator: " AND "), broad)
    }

    /// The words that begin so: a step of the index for each, however often it stands anywhere.
    private func vocabulary(of shelf: SearchShelf, beginningWith prefix: String) throws -> [String] {
        var found: [String] = []
        var next = prefix
        while found.count <= Self.expansions,
            let term = try text("SELECT term FROM \(shelf.vocabulary) WHERE term >= \(next) LIMIT 1"),
            term.utf8.starts(with: prefix.utf8)
        {
            found.append(term)
            // The least text that follows it; no word holds such a character.
            next = term + "\u{1}"
        }
        return found
    }

    private static func quoted(_ text: String) -> String { "\"\(text.replacing("\"", with: "\"\""))\"" }

    private static func position(_ cursor: String) throws(Problem) -> (tier: Int, n: Int64) {
        let parts = cursor.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let tier = Int(parts[0]), (0...2).contains(tier), let n = Int64(parts[1]), n > 0 else {
            throw .invalid(
                "\"\(cursor.prefix(40))\" is not a cursor of a search.",
                fields: [.init(name: "after", message: "the next of the part before")])
        }
        return (tier, n)
    }
}
