/// Secrets among a command's arguments: whoever lists processes reads them, and so does whoever reads the guide.
enum SecretRule {
    /// One for each line with a literal, which stands in the guide too; variables are told once for a command.
    static func findings(for invocation: Invocation) -> [(severity: Finding.Severity, line: Int, message: String)] {
        var literals: [Int: String] = [:]
        var variable: (line: Int, word: String)?
        for (word, value, line) in secrets(in: invocation) {
            if !value.hasPrefix("$") {
                literals[line] = literals[line] ?? word
            } else if variable == nil {
                variable = (line, word)
            }
        }
        var found = literals.sorted { $0.key < $1.key }.map { line, word in
            let why = "\(invocation.shown) has a secret (\(Parameter.shown(word))) in its arguments"
            return (
                severity: Finding.Severity.warning, line: line,
                message: "\(why); declare it under secrets and give it by environment or file."
            )
        }
        if let (line, word) = variable, literals[line] == nil {
            let why = "\(invocation.shown) shows a secret (\(Parameter.shown(word))) to whoever lists processes"
            found.append((.info, line, "\(why); give it by environment or file."))
        }
        return found
    }

    /// The options or names that carry them, and what they hold.
    private static func secrets(in invocation: Invocation) -> [(word: String, value: String, line: Int)] {
        let words = invocation.arguments
        // Whatever `kubectl create secret` is given is one.
        let isWhole = ["kubectl", "oc"].contains(invocation.program) && invocation.mentions("create", "secret")
        return words.enumerated().compactMap { index, argument in
            let word = argument.text
            // Most words can hold none.
            guard word.utf8.contains(where: { $0 == 0x2D || $0 == 0x3D || $0 == 0x3A }) else { return nil }
            let next = index + 1 < words.count ? words[index + 1].text : ""
            let secret =
                (isWhole ? literal(word) : nil) ?? option(word, next, of: invocation.program)
                ?? assignment(word, in: invocation) ?? address(word) ?? header(word)
            return secret.map { ($0.0, $0.1, invocation.line(of: argument)) }
        }
    }

    /// `--from-literal=name=value`
    private static func literal(_ word: String) -> (String, String)? {
        let option = "--from-literal="
        guard word.hasPrefix(option) else { return nil }
        let pair = word.dropFirst(option.count)
        guard let equals = pair.firstIndex(of: "=") else { return nil }
        let value = pair[pair.index(after: equals)...]
        return value.isEmpty ? nil : (String(pair[..<equals]), String(value))
    }

    private static func header(_ word: String) -> (String, String)? {
        guard word.lowercased().hasPrefix("authorization:") else { return nil }
        let token = word.split(separator: " ").last.map(String.init) ?? ""
        return token.count > 8 || token.hasPrefix("$") ? ("Authorization", token) : nil
    }

    private static func option(_ word: String, _ next: String, of program: String) -> (String, String)? {
        switch (program, word) {
        case ("redis-cli", "-a"), ("redis-cli", "--pass"), ("sshpass", "-p"), ("docker", "-p"), ("ldapsearch", "-w"):
            return next.isEmpty || program == "docker" && next.contains(":")
                || program == "docker" && next.first?.isNumber == true ? nil : (word, next)
        case ("curl", "-u"), ("curl", "--user"), ("wget", "--user"):
            guard let colon = next.firstIndex(of: ":"), next.index(after: colon) < next.endIndex else { return nil }
            return (word, String(next[next.index(after: colon)...]))
        default: break
        }
        if ["mysql", "mysqldump", "mariadb", "mysqladmin"].contains(program), word.hasPrefix("-p"), word.count > 2,
            !word.hasPrefix("--")
        {
            return ("-p", String(word.dropFirst(2)))
        }
        guard word.hasPrefix("--") else { return nil }
        let name = word.dropFirst(2).prefix { $0 != "=" }
        guard isSecretName(String(name)),
            !["password-stdin", "with-token", "password-file", "token-file"].contains(String(name))
        else { return nil }
        if let equals = word.firstIndex(of: "=") {
            let value = String(word[word.index(after: equals)...])
            return value.isEmpty ? nil : ("--" + name, value)
        }
        return next.isEmpty || next.hasPrefix("-") ? nil : (word, next)
    }

    /// `--from-literal=jwt-secret=…`, `config:set DATABASE_URL=…`, `-e API_KEY=…`, `--set db.password=…`.
    private static func assignment(_ word: String, in invocation: Invocation) -> (String, String)? {
        guard
            [
                "kubectl", "oc", "heroku", "docker", "podman", "helm", "aws", "gcloud", "az", "fly", "flyctl", "vercel",
                "env", "eb",
            ]
            .contains(invocation.program)
        else { return nil }
        let pair =
            word.hasPrefix("--from-literal=") || word.hasPrefix("--set=") || word.hasPrefix("--env=")
            ? String(word.drop { $0 != "=" }.dropFirst()) : word
        guard !pair.hasPrefix("-"), let equals = pair.firstIndex(of: "=") else { return nil }
        let name = String(pair[..<equals])
        let value = String(pair[pair.index(after: equals)...])
        guard !value.isEmpty,
            isSecretName(name) || name.lowercased().hasSuffix("database_url")
                || name.lowercased().hasSuffix("database-url")
        else { return nil }
        return (name, value)
    }

    private static func isSecretName(_ name: String) -> Bool {
        let bytes = Array(name.utf8)[...]
        return bytes.holds(anyOf: secretNames) && !bytes.holds(anyOf: plainNames)
            && !bytes.suffix(5).holds(anyOf: fileNames)
    }

    private static let secretNames = [
        "password", "passwd", "passphrase", "secret", "token", "api-key", "api_key", "apikey", "access-key",
        "access_key", "private-key",
    ].map { Array($0.utf8) }
    private static let plainNames = ["secret-name", "secret-id", "secret-arn"].map { Array($0.utf8) }
    private static let fileNames = ["-file", "_file"].map { Array($0.utf8) }

    /// `scheme://user:password@host`
    private static func address(_ word: String) -> (String, String)? {
        guard word.utf8.contains(0x40), let scheme = word.firstRange(of: "://") else { return nil }
        let authority = word[scheme.upperBound...].prefix { $0 != "/" && $0 != " " }
        guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else {
            return nil
        }
        let password = authority[authority.index(after: colon)..<at]
        return password.isEmpty ? nil : ("a URL with a password", String(password))
    }
}

/// What is downloaded and run unseen.
enum DownloadRule {
    static func message(for invocation: Invocation, pipedInto next: ShellCommand?) -> String? {
        let advice = "runs whatever the server sends; download a version, check its sum, then run it."
        let loads = ["curl", "wget", "fetch"].contains(invocation.program)
        if loads, let next, let reader = Invocation(next), isShell(reader) {
            return "\(invocation.program) | \(reader.program) \(advice)"
        }
        if isShell(invocation) || invocation.program == "source" || invocation.program == "."
            || invocation.program == "eval"
        {
            let hasDownload =
                invocation.arguments.contains { $0.text.hasPrefix("<(") } && invocation.command.words.count < 6
            return hasDownload ? "\(invocation.program) <(…) \(advice)" : nil
        }
        return nil
    }

    private static func isShell(_ invocation: Invocation) -> Bool {
        ["sh", "bash", "zsh", "dash", "ksh", "python", "python3", "perl", "ruby", "node"].contains(invocation.program)
    }
}
