/// Commands that do not end by themselves: as a step they run until its timeout.
enum EndlessRule {
    /// - Parameter next: the command that reads this one's output.
    static func message(for invocation: Invocation, pipedInto next: ShellCommand?) -> String? {
        guard !invocation.isBounded, !invocation.command.isBackground, !endsEarly(next) else { return nil }
        if invocation.isLoopCondition {
            guard invocation.program == "true" || invocation.program == ":" else { return nil }
            return "The loop has no way out and never ends; add break, or count its rounds."
        }
        guard let advice = advice(invocation) else { return nil }
        return "\(invocation.shown) does not end by itself; \(advice)."
    }

    /// Whether a loop asks what is always true.
    static func hasEndlessLoop(_ commands: [ShellCommand]) -> Bool {
        commands.contains {
            ["while", "until"].contains($0.words.first?.text ?? "") && $0.words.count == 2
                && ["true", ":", "false"].contains($0.words[1].text)
        }
    }

    /// `… | head` and `… | grep -m 1` end what writes to them.
    private static func endsEarly(_ next: ShellCommand?) -> Bool {
        guard let next, let reader = Invocation(next) else { return false }
        return reader.program == "head" || reader.program == "grep" && reader.has("-m", "-q", "--max-count", "--quiet")
    }

    private static let follow = "put \"timeout 30s\" before it, or take the follow option out"
    private static let server = "start it as a service, or with & and a check that waits for it"

    private static func advice(_ invocation: Invocation) -> String? {
        switch invocation.program {
        case "tail":
            return invocation.has("-f", "-F", "--follow", "--retry") ? follow : nil
        case "journalctl", "dmesg":
            return invocation.has("-f", "--follow", "-w") ? follow : nil
        case "docker", "podman", "nerdctl", "docker-compose", "podman-compose":
            return container(invocation)
        case "kubectl", "oc", "k3s", "minikube":
            return cluster(invocation)
        case "heroku":
            return invocation.mentions("logs") && invocation.has("--tail", "-t")
                ? "take --tail out and give -n 200" : nil
        case "stern", "htop", "top", "btop", "glances", "ctop", "k9s":
            return invocation.has("-b", "--no-follow", "--help") ? nil : "take one look with a command that ends"
        case "watch": return "run its command once, or in a loop with an end"
        case "ping", "ping6":
            return invocation.has("-c", "-w") ? nil : "add -c 4"
        case "tcpdump", "strace", "inotifywait":
            return invocation.has("-c", "-t", "--help") ? nil : "put \"timeout 30s\" before it"
        case "yes": return invocation.command.isPipedOnward ? nil : "take it out"
        case "sleep": return invocation.operands.first == "infinity" ? "give it a number of seconds" : nil
        case "nc", "ncat", "netcat": return invocation.has("-l", "-k") ? "put \"timeout 30s\" before it" : nil
        case "redis-cli":
            return invocation.mentions("monitor") || invocation.mentions("MONITOR")
                ? "put \"timeout 30s\" before it" : nil
        case "ssh": return invocation.has("-N") && !invocation.has("-f") ? server : nil
        default: return isServer(invocation) ? server : nil
        }
    }

    private static func container(_ invocation: Invocation) -> String? {
        if invocation.mentions("logs"), invocation.has("-f", "--follow") {
            // `-f` is also compose's own option for its file.
            let logs = invocation.arguments.drop { $0.text != "logs" }
            return logs.contains { $0.text == "-f" || $0.text == "--follow" || $0.text == "-tf" || $0.text == "-ft" }
                ? follow : nil
        }
        if invocation.mentions("stats") { return invocation.has("--no-stream") ? nil : "add --no-stream" }
        if invocation.mentions("events") { return invocation.has("--until") ? nil : "add --until" }
        let isCompose = invocation.program.hasSuffix("-compose") || invocation.operands.first == "compose"
        if isCompose, invocation.mentions("up") {
            let up = invocation.arguments.drop { $0.text != "up" }
            let isDetached = up.contains {
                ["-d", "--detach", "--wait", "--abort-on-container-exit", "--exit-code-from", "--no-start"].contains(
                    $0.text)
            }
            return isDetached ? nil : "add -d"
        }
        return invocation.operands.first == "attach" ? "read its logs instead" : nil
    }

    private static func cluster(_ invocation: Invocation) -> String? {
        if invocation.mentions("logs") {
            return invocation.arguments.contains { ["-f", "--follow", "--follow=true"].contains($0.text) }
                ? follow : nil
        }
        if invocation.mentions("port-forward") || invocation.mentions("proxy") || invocation.mentions("tunnel")
            || invocation.mentions("dashboard")
        {
            return "run it with & for as long as the step needs it"
        }
        if invocation.mentions("get") {
            return invocation.has("-w", "--watch", "--watch-only") ? "use kubectl wait with --timeout" : nil
        }
        if invocation.mentions("attach") { return "read its logs instead" }
        return nil
    }

    private static func isServer(_ invocation: Invocation) -> Bool {
        let first = invocation.operands.first ?? ""
        if invocation.has("--version", "--help", "-h", "-V") { return false }
        switch invocation.program {
        case "npm", "yarn", "pnpm", "bun":
            let script = first == "run" ? invocation.operands.dropFirst().first ?? "" : first
            return ["start", "dev", "serve", "watch", "preview"].contains(script) || script.hasPrefix("dev:")
        case "npx": return ["serve", "nodemon", "vite", "http-server"].contains(first)
        case "nodemon", "ngrok", "grafana-server", "etcd", "minio", "http-server": return true
        case "uvicorn", "hypercorn", "daphne", "gunicorn": return !invocation.has("-D", "--daemon", "--check-config")
        case "flask": return first == "run"
        case "celery":
            return ["worker", "beat", "flower", "events"].contains { invocation.mentions($0) }
                && !invocation.has("-D", "--detach")
        case "redis-server": return !invocation.has("--daemonize")
        case "mongod": return !invocation.has("--fork")
        case "rails": return first == "server" || first == "s"
        case "php":
            return invocation.has("-S") || invocation.mentions("artisan", "serve") || invocation.mentions("queue:work")
        case "python", "python3":
            if invocation.arguments.contains(where: { $0.text == "http.server" }) { return true }
            return invocation.mentions("runserver") || ["run.py", "server.py", "app.py", "wsgi.py"].contains(first)
        case "jekyll", "mkdocs", "ng", "webpack": return first == "serve"
        case "hugo", "vault", "consul": return first == "server" || first == "agent"
        case "next", "vite", "nuxt": return ["", "dev", "start", "preview"].contains(first)
        case "caddy": return first == "run"
        case "cloudflared": return invocation.mentions("run")
        default: return false
        }
    }
}
