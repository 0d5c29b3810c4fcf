import Foundation

/// How titles of sections speak of rollbacks, in English and Turkish.
enum RollbackWords {
    /// Whether a section says how to go back: “Rollback Procedure”, “Geri alma”.
    static func isWayBack(_ title: String) -> Bool {
        let title = folded(title)
        return ["rollback", "roll back", "rolling back", "rolled back", "geri al"].contains(where: title.contains)
    }

    /// Whether a section says what is left to do once one has gone back: “Post-rollback actions”, “After a rollback”.
    static func isAfterwards(_ title: String) -> Bool {
        let words = folded(title).split { !$0.isLetter }
        return isWayBack(title) && words.contains { $0 == "after" || $0 == "post" || $0.hasPrefix("sonra") }
    }

    /// “Roll-Back” is “roll back”.
    private static func folded(_ title: String) -> String {
        title.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil).replacing("-", with: " ")
    }
}
