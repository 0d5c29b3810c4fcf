import Checklists
import Essentials

/// Whose an item is, as its field “For” says it: a person, what whoever settles it must be, or both: `Ben, an admin`.
struct ItemOwners: Equatable {
    static let roles: [(role: Role, words: String)] = [(.admin, "an admin"), (.operator, "an operator")]

    let person: String?
    let role: Role?

    init(_ item: ItemRecord) {
        person = item.assignee_name
        role = item.role
    }

    /// An empty text is nobody's; what is no role is a person's name.
    init(typed text: String) {
        var (names, role): ([Substring], Role?) = ([], nil)
        for part in text.split(separator: ",") {
            let words = part.trimming()
            if let known = Self.roles.first(where: { $0.words == words.lowercased() }) {
                role = known.role
            } else if !words.isEmpty {
                names.append(words)
            }
        }
        person = names.isEmpty ? nil : names.joined(separator: ", ")
        self.role = role
    }

    /// Nil for whoever comes by.
    var words: String? {
        let rank = Self.roles.first { $0.role == role }?.words
        let parts = [person, rank].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}

extension Substring {
    fileprivate func trimming() -> Substring {
        let start = drop(while: \.isWhitespace)
        return start.lastIndex { !$0.isWhitespace }.map { start[...$0] } ?? start[start.endIndex...]
    }
}
