/// Pairs of user and password that are tried first: `admin/admin`, `root:changeme`, `PASSWORD=password`.
enum DefaultCredentials {
    /// The pair as it stands in the line; nil when there is none.
    static func find(in line: ArraySlice<UInt8>) -> String? {
        let text = Array(line)
        for index in text.indices {
            switch text[index] {
            case 0x2F, 0x3A: if let pair = pair(in: text, at: index) { return pair }
            case 0x3D: if let pair = assignment(in: text, at: index) { return pair }
            default: break
            }
        }
        return nil
    }

    private static let users: Set<String> = [
        "admin", "administrator", "root", "guest", "test", "postgres", "mysql", "sa", "minioadmin", "elastic",
        "grafana",
        "rabbitmq", "neo4j", "jenkins", "nagios", "tomcat", "demo",
    ]
    private static let passwords: Set<String> = [
        "admin", "root", "password", "passwd", "changeme", "changeit", "secret", "guest", "default", "123456",
        "12345678", "letmein",
    ]

    private static func pair(in text: [UInt8], at separator: Int) -> String? {
        let isSlash = text[separator] == 0x2F
        var end = separator
        var start = separator + 1
        // "admin / admin" in a sentence.
        if isSlash, end > 1, text[end - 1] == 0x20, start + 1 < text.count, text[start] == 0x20 {
            end -= 1
            start += 1
        }
        let user = wordBefore(end, in: text)
        let password = wordAfter(start, in: text)
        guard !user.isEmpty, !password.isEmpty else { return isSlash ? nil : assignment(in: text, at: separator) }
        let userText = lowercased(text[user])
        let passwordText = lowercased(text[password])
        guard users.contains(userText), passwordText == userText || passwords.contains(passwordText) else {
            return isSlash ? nil : assignment(in: text, at: separator)
        }
        // Not within a path or a name, and not an owner and a group.
        if let before = user.lowerBound > 0 ? text[user.lowerBound - 1] : nil,
            ".-@~$".utf8.contains(before) || isSlash && before == 0x2F || before == 0x3A
        {
            return nil
        }
        if password.upperBound < text.count, "/.-:".utf8.contains(text[password.upperBound]),
            password.upperBound + 1 < text.count, text[password.upperBound + 1] != 0x20
        {
            return nil
        }
        let lineText = lowercased(text[...])
        if !isSlash, ["chown", "chgrp", "--user", "owner", "user:"].contains(where: { lineText.contains($0) }) {
            return nil
        }
        return String(decoding: text[user.lowerBound..<password.upperBound], as: UTF8.self)
    }

    /// `password: admin`, `DB_PASSWORD=changeme`.
    private static func assignment(in text: [UInt8], at separator: Int) -> String? {
        var end = separator
        while end > 0, text[end - 1] == 0x22 || text[end - 1] == 0x27 { end -= 1 }
        let key = wordBefore(end, in: text, joined: true)
        guard !key.isEmpty, key.count < 60 else { return nil }
        let name = lowercased(text[key])
        guard name.hasSuffix("password") || name.hasSuffix("passwd") || name.hasSuffix("pwd") else { return nil }
        var start = separator + 1
        while start < text.count, text[start] == 0x20 || text[start] == 0x22 || text[start] == 0x27 { start += 1 }
        let value = wordAfter(start, in: text)
        guard passwords.contains(lowercased(text[value])) else { return nil }
        if value.upperBound < text.count, "-_./:".utf8.contains(text[value.upperBound]) { return nil }
        return String(decoding: text[key.lowerBound..<value.upperBound], as: UTF8.self)
    }

    private static func lowercased(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes, as: UTF8.self).lowercased()
    }

    private static func wordBefore(_ end: Int, in text: [UInt8], joined: Bool = false) -> Range<Int> {
        var start = end
        while start > 0, text[start - 1].isWord || joined && (text[start - 1] == 0x5F || text[start - 1] == 0x2D) {
            start -= 1
        }
        return start..<end
    }

    private static func wordAfter(_ start: Int, in text: [UInt8]) -> Range<Int> {
        var end = start
        while end < text.count, text[end].isWord { end += 1 }
        return start..<end
    }
}

extension UInt8 {
    fileprivate var isWord: Bool {
        (0x61...0x7A).contains(self) || (0x41...0x5A).contains(self) || (0x30...0x39).contains(self) || self >= 0x80
    }
}
