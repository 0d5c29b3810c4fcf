/// Quotes and dashes that a word processor set: to a shell they are letters like any other.
enum TypographyRule {
    /// - Returns: one finding for each line that holds some outside of quotes, by the script's line from 0.
    static func findings(in commands: [ShellCommand]) -> [(line: Int, message: String)] {
        var found: [(line: Int, message: String)] = []
        for command in commands {
            let speaks = ["echo", "printf"].contains(command.words.first?.text ?? "")
            for word in command.words where !word.isQuoted && word.text.utf8.contains(0xE2) {
                guard let (sign, instead) = sign(in: word.text, spoken: speaks), found.last?.line != word.line else {
                    continue
                }
                found.append((word.line, "\(sign) is a letter to a shell; write \(instead)."))
            }
        }
        return found
    }

    /// - Parameter isSpoken: the word is only printed, so that dashes, dots and apostrophes do no harm.
    private static func sign(in text: String, spoken isSpoken: Bool) -> (Character, String)? {
        for character in text {
            switch character {
            case "“", "”", "„": return (character, "\"")
            case "‘", "‚": return (character, "'")
            case "’" where !isSpoken: return (character, "'")
            case "–", "—":
                if !isSpoken { return (character, "- or --") }
            case "…" where !isSpoken: return (character, "what it stands for")
            default: continue
            }
        }
        return nil
    }
}
