/// Secrets that stand in the guide: keys of known shape anywhere, and in fences what a name such as `PASSWORD` is given.
enum SecretLiteral {
    /// What is given away, for a message; nil when nothing is.
    /// - Parameter kind: what the line belongs to; a sentence's "password: see the vault" is none.
    static func find(in line: ArraySlice<UInt8>, of kind: FenceLines.Kind) -> String? {
        for index in line.indices {
            switch line[index] {
            case 0x41, 0x67, 0x68, 0x6E, 0x73, 0x78:  // A g h n s x
                if let name = key(line, at: index) { return name }
            case 0x2D where line[index...].starts(with: header):
                if isPrivateKey(line[index...]) { return "a private key" }
            case 0x3A, 0x3D:  // : =
                guard kind != .prose else { continue }
                if let name = address(line, at: index) ?? assignment(line, at: index, of: kind) { return name }
            default: continue
            }
        }
        return nil
    }

    private static let header = Array("-----BEGIN ".utf8)

    private static func isPrivateKey(_ text: ArraySlice<UInt8>) -> Bool {
        String(decoding: text.prefix(60), as: UTF8.self).contains("PRIVATE KEY")
    }

    /// The shapes that GitHub's secret scanning knows best: how they begin, and how long the rest is at least.
    private static let shapes: [(prefix: [UInt8], length: Int, name: String)] = [
        ("AKIA", 16, "an AWS access key"), ("ASIA", 16, "an AWS access key"), ("AIza", 35, "a Google API key"),
        ("ghp_", 30, "a GitHub token"), ("gho_", 30, "a GitHub token"), ("ghs_", 30, "a GitHub token"),
        ("github_pat_", 30, "a GitHub token"), ("glpat-", 20, "a GitLab token"), ("hvs.", 20, "a Vault token"),
        ("npm_", 36, "an npm token"), ("sk_live_", 16, "a Stripe key"), ("sk-ant-", 20, "an API key"),
        ("xoxb-", 20, "a Slack token"), ("xoxp-", 20, "a Slack token"), ("xoxa-", 20, "a Slack token"),
        ("xapp-", 20, "a Slack token"),
    ].map { (Array($0.0.utf8), $0.1, $0.2) }

    private static func key(_ line: ArraySlice<UInt8>, at index: Int) -> String? {
        guard index + 16 < line.endIndex, index == line.startIndex || !line[index - 1].isNamePart,
            // The second letters of the shapes: most words fail here.
            "KSIhilvpko-a".utf8.contains(line[index + 1]), "IAzps_ta.-ox".utf8.contains(line[index + 2])
        else { return nil }
        for (prefix, length, name) in shapes where line[index] == prefix[0] && line[index...].starts(with: prefix) {
            let rest = line[(index + prefix.count)...].prefix(200).prefix { $0.isNamePart }
            let isReal =
                rest.count >= length && rest.contains { (0x30...0x39).contains($0) } && Set(rest).count > 6
                && !isExample(String(decoding: rest, as: UTF8.self).lowercased())
            if isReal { return name }
        }
        return nil
    }

    /// `scheme://user:password@host`, at its first colon.
    private static func address(_ line: ArraySlice<UInt8>, at colon: Int) -> String? {
        guard line[colon] == 0x3A, line[colon...].starts(with: "://".utf8) else { return nil }
        let authority = line[(colon + 3)...].prefix(200).prefix { $0 != 0x2F && $0 != 0x20 && $0 != 0x22 && $0 != 0x27 }
        guard let at = authority.lastIndex(of: 0x40), let separator = authority[..<at].firstIndex(of: 0x3A) else {
            return nil
        }
        let password = authority[(separator + 1)..<at]
        return password.count > 3 && isLiteral(password) && !isWeak(password) ? "a password in an address" : nil
    }

    private static func assignment(
        _ line: ArraySlice<UInt8>, at separator: Int, of kind: FenceLines.Kind
    ) -> String? {
        var end = separator
        while end > line.startIndex,
            line[end - 1] == 0x20 && kind == .code || line[end - 1] == 0x22
                || line[end - 1] == 0x27
        { end -= 1 }
        var start = end
        while start > line.startIndex, end - start < 60, line[start - 1].isNamePart { start -= 1 }
        let key = line[start..<end]
        // Most names fail at their last letter; options are the arguments' rule.
        guard key.count > 4, let last = key.last, "dDeEtTnNyY".utf8.contains(last), key.first != 0x2D else {
            return nil
        }
        let name = String(decoding: key, as: UTF8.self).lowercased()
        let isPassword = passwords.contains { name.hasSuffix($0) }
        guard isPassword || keys.contains(where: { name.hasSuffix($0) }), !name.contains("public") else { return nil }
        var first = separator + 1
        while first < line.endIndex, line[first] == 0x20 { first += 1 }
        guard first < line.endIndex else { return nil }
        let quote = line[first]
        let isQuoted = quote == 0x22 || quote == 0x27
        // In a program a bare word is a variable.
        guard isQuoted || kind == .data else { return nil }
        // A shell's assignment has no blank; what follows one is a command's argument or a sentence.
        if line[separator] == 0x3D, kind == .data, first > separator + 1, !isQuoted { return nil }
        let value =
            isQuoted
            ? line[(first + 1)...].prefix(200).prefix { $0 != quote }
            : line[first...].prefix(200).prefix { !" \t,;&|\"'".utf8.contains($0) }
        guard isLiteral(value), !isWeak(value) else { return nil }
        if !isPassword {
            // A key has digits among its letters; the name of a secret has not.
            guard value.count >= 8, value.contains(where: { (0x30...0x39).contains($0) }),
                value.contains(where: { $0.isLatinLetter })
            else { return nil }
        }
        return "the value of \(Parameter.shown(String(decoding: key, as: UTF8.self)))"
    }

    private static let passwords = ["password", "passwd", "passphrase", "_pwd", "-pwd"]
    private static let keys = [
        "secret", "token", "api_key", "api-key", "apikey", "secret_key", "secret-key", "secretkey", "access_key",
        "access-key", "accesskey", "private_key", "auth_key", "encryption_key", "signing_key",
    ]

    /// No reference, no gap, no sentence.
    private static func isLiteral(_ value: ArraySlice<UInt8>) -> Bool {
        guard value.count >= 4, Set(value).count > 2 else { return false }
        guard !value.contains(where: { "$`<>(){}[]%\\ ".utf8.contains($0) }) else { return false }
        guard value.first != 0x2F, value.first != 0x2E, value.first != 0x21, value.first != 0x26, value.first != 0x2A
        else { return false }
        return !isExample(String(decoding: value, as: UTF8.self).lowercased())
    }

    /// What stands for a value, or says where it is.
    private static func isExample(_ value: String) -> Bool {
        [
            "your", "example", "change", "placeholder", "dummy", "redacted", "todo", "replace", "insert", "sample",
            "xxxx", "password", "passwd", "secret", "token", "apikey", "api_key", "api-key", "vault", "arn:", "fake",
            "generated", "random", "string", "hidden", "://", "...", "abcdef", "none", "null", "required", "optional",
        ]
        .contains { value.contains($0) }
    }

    /// What everybody tries first is another rule's.
    private static func isWeak(_ value: ArraySlice<UInt8>) -> Bool {
        [
            "pass", "user", "admin", "root", "guest", "default", "letmein", "changeit", "123456", "12345678", "true",
            "false", "yes", "test",
        ].contains(String(decoding: value, as: UTF8.self).lowercased())
    }
}

extension UInt8 {
    fileprivate var isLatinLetter: Bool { (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
    fileprivate var isNamePart: Bool { isLatinLetter || (0x30...0x39).contains(self) || self == 0x5F || self == 0x2D }
}
