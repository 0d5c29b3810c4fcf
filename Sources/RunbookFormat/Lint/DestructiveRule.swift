/// Commands that take something away which nothing brings back.
enum DestructiveRule {
    static func message(for invocation: Invocation) -> String? {
        guard let loss = loss(invocation) else { return nil }
        return "\(invocation.shown) \(loss); add confirm to the fence, so that somebody has to say yes."
    }

    private static func loss(_ invocation: Invocation) -> String? {
        let operands = invocation.operands
        let first = operands.first ?? ""
        switch invocation.program {
        case "rm":
            return invocation.has("-r", "-R", "-f", "--recursive", "--force") ? "deletes files for good" : nil
        case "mkfs", "wipefs", "shred", "dropdb", "dropuser", "userdel", "groupdel", "lvremove", "vgremove", "zpool",
            "blkdiscard":
            return invocation.program == "zpool" && first != "destroy" ? nil : "destroys what it is given"
        case "dd":
            return operands.contains { $0.hasPrefix("of=/dev/") && $0 != "of=/dev/null" } ? "overwrites a device" : nil
        case "shutdown", "reboot", "halt", "poweroff": return "takes the machine down"
        case "killall", "pkill": return "ends every process of that name"
        case "kill":
            return invocation.arguments.contains { ["-9", "-KILL", "-SIGKILL"].contains($0.text) }
                ? "ends a process without letting it clean up" : nil
        case "kubectl", "oc": return cluster(invocation)
        case "helm": return ["uninstall", "delete"].contains(first) ? "removes a release with its resources" : nil
        case "terraform", "tofu", "pulumi", "cdk", "eksctl":
            return operands.contains("destroy") || first == "delete" ? "destroys infrastructure" : nil
        case "docker", "podman", "nerdctl", "docker-compose", "podman-compose": return container(invocation, first)
        case "git": return git(invocation, first)
        case "aws": return amazon(invocation)
        case "gcloud", "az", "doctl", "gsutil", "linode-cli", "hcloud":
            return operands.contains { ["delete", "rm", "destroy", "purge", "remove"].contains($0) }
                ? "deletes a resource" : nil
        case "heroku", "fly", "flyctl":
            return operands.contains { $0.hasSuffix(":destroy") || $0.hasSuffix(":reset") || $0 == "destroy" }
                || downgrades(operands) ? "takes data or an app away" : nil
        case "redis-cli":
            return operands.contains { ["flushall", "flushdb"].contains($0.lowercased()) }
                ? "empties the database" : nil
        case "psql", "mysql", "mariadb", "mongosh", "mongo": return nil
        case "mongorestore": return invocation.has("--drop") ? "drops what it restores over" : nil
        case "pg_restore": return invocation.has("-c", "--clean") ? "drops what it restores over" : nil
        case "iptables", "ip6tables", "nft":
            return invocation.has("-F", "--flush") || first == "flush" ? "drops every rule" : nil
        case "crontab": return invocation.has("-r") ? "deletes the whole table" : nil
        case "truncate": return invocation.has("-s", "--size") ? "cuts files" : nil
        case "rsync":
            return invocation.has("--delete", "--delete-after", "--delete-before")
                ? "deletes what the source does not have" : nil
        case "find": return invocation.arguments.contains { $0.text == "-delete" } ? "deletes what it finds" : nil
        case "alembic": return first == "downgrade" ? "undoes a migration, perhaps with its data" : nil
        case "npm", "yarn", "pnpm", "rake", "rails", "bundle", "php", "python", "python3", "knex", "flyway", "dotnet",
            "prisma", "npx":
            return downgrades(operands) ? "undoes a migration or resets the database, perhaps with its data" : nil
        default:
            return invocation.program.hasPrefix("mkfs.") ? "destroys what it is given" : nil
        }
    }

    private static func downgrades(_ operands: [String]) -> Bool {
        operands.contains { word in
            [
                "migrate:down", "migrate:rollback", "migrate:reset", "migrate:fresh", "db:drop", "db:reset",
                "db:rollback", "undo:all",
            ]
            .contains { word.hasSuffix($0) }
        }
    }

    private static func cluster(_ invocation: Invocation) -> String? {
        if invocation.mentions("delete") { return "deletes resources" }
        if invocation.mentions("drain") { return "evicts everything from a node" }
        if invocation.mentions("scale"), scalesToZero(invocation, "--replicas") {
            return "scales to zero, which is an outage"
        }
        return nil
    }

    private static func scalesToZero(_ invocation: Invocation, _ option: String) -> Bool {
        let words = invocation.arguments.map(\.text)
        return words.contains("\(option)=0") || zip(words, words.dropFirst()).contains { $0 == option && $1 == "0" }
    }

    private static func container(_ invocation: Invocation, _ first: String) -> String? {
        if invocation.mentions("prune") { return "deletes all that is not in use" }
        if invocation.mentions("volume", "rm") { return "deletes a volume with its data" }
        if first == "rmi" || first == "rm" {
            return invocation.has("-f", "--force", "-v", "--volumes") ? "removes it by force" : nil
        }
        if invocation.mentions("down"), invocation.has("-v", "--volumes", "--rmi") {
            return "deletes volumes with their data"
        }
        if invocation.mentions("leave"), invocation.has("-f", "--force") { return "leaves the swarm by force" }
        if invocation.mentions("scale"), invocation.operands.contains(where: { $0.hasSuffix("=0") }) {
            return "scales to zero"
        }
        let stops = invocation.mentions("restart") || invocation.mentions("stop")
        let data = [
            "db", "database", "postgres", "postgresql", "mysql", "mariadb", "mongo", "mongodb", "redis", "kafka",
        ]
        return stops && invocation.operands.contains(where: data.contains)
            ? "takes the database away while it restarts" : nil
    }

    private static func git(_ invocation: Invocation, _ first: String) -> String? {
        switch first {
        case "push": return invocation.has("-f", "--force") ? "overwrites the remote's history" : nil
        case "reset": return invocation.has("--hard") ? "drops uncommitted work" : nil
        case "clean": return invocation.has("-f", "--force") ? "deletes untracked files" : nil
        default: return nil
        }
    }

    private static func amazon(_ invocation: Invocation) -> String? {
        let operands = invocation.operands
        if operands.prefix(2).contains(where: {
            $0.hasPrefix("delete-") || $0.hasPrefix("terminate-") || $0.hasPrefix("purge-")
        }) {
            return "deletes a resource"
        }
        if operands.starts(with: ["s3", "rb"]) || operands.starts(with: ["s3", "rm"]) && invocation.has("--recursive") {
            return "deletes stored objects"
        }
        if operands.starts(with: ["s3", "sync"]), invocation.has("--delete") {
            return "deletes what the source does not have"
        }
        if scalesToZero(invocation, "--desired-count") || scalesToZero(invocation, "--desired-capacity") {
            return "scales to zero, which is an outage"
        }
        return nil
    }
}
