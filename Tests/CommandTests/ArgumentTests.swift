import ArgumentParser
import Essentials
import Testing

@testable import runbook

/// Every command is parsed by the root, as it is in a shell.
@Suite struct ArgumentTests {
    private func parse<Command>(_ line: String, as type: Command.Type = Command.self) throws -> Command {
        try #require(try RunbookCommand.parseAsRoot(line.split(separator: " ").map(String.init)) as? Command)
    }

    /// A command that is written and not listed in its subject falls to the usual one, without a word.
    @Test func `what changes a checklist is a command of its own`() throws {
        _ = try parse("checklist assign 01 3 4 --to ben", as: ChecklistCommand.Assign.self)
        _ = try parse("checklist assign 01 7 --role admin", as: ChecklistCommand.Assign.self)
        _ = try parse("checklist abandon 01 --reason off", as: ChecklistCommand.Abandon.self)
        _ = try parse("checklist complete 01", as: ChecklistCommand.Complete.self)
    }

    /// Where they do not, the runtime is asked for the names of types, at each start.
    @Test func `each command says its name`() {
        func check(_ command: any ParsableCommand.Type) {
            let name = command.configuration.commandName
            #expect(name?.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil, "\(command)")
            for part in command.configuration.subcommands { check(part) }
        }
        check(RunbookCommand.self)
        #expect(RunbookCommand.configuration.subcommands.count > 20)
    }

    private func status(_ line: String) throws -> runbook.ExitStatus {
        let error = try #require(throws: (any Error).self) {
            try RunbookCommand.parseAsRoot(line.split(separator: " ").map(String.init))
        }
        return Ending(of: error).status
    }

    @Test(arguments: [
        "import a.md b", "import notes.txt --name go-live --json", "list --limit 5 --json", "status", "status --json",
        "show accunode/deploy",
        "show x --markdown", "exec x", "exec x#s --param a=b --step one --step two --yes --detach --priority high",
        "exec x.md --dry-run --json", "runs", "runs list --state rolled-back --runbook x --limit 3",
        "runs --state failed",
        "runs show 01", "runs logs 01 --follow --step s", "runs cancel 01",
        "runs resume 01 --outcome rerun --note why", "audit tail --follow --limit 3 --kind k --object run/1",
        "audit verify", "audit verify --database f.db", "audit export", "user list",
        "user add ada --role admin --author",
        "user change ada --role viewer --no-author --disable", "user change ada --password-stdin", "user remove ada",
        "user reset-password ada --data d --password-stdin", "token list --all",
        "token add t --scope read --scope admin",
        "service list --json", "service show orders", "service remove orders",
        "service add orders --owner platform --contact a --contact b --link D=https://x --environment e --depends-on f",
        "service change orders --description d",
        "search replica lag", "search lag --kind runbook --limit 3 --json",
        "notify list", "notify add a --kind webhook --url http://x --events incident.opened,incident.resolved",
        "notify remove a --json", "notify test a", "notify deliveries --state failed --limit 3",
        "token revoke 01", "login ada --url https://x", "login --token-stdin", "logout", "version --json",
        "completions fish", "list --url http://x",
        "incident open Errors --severity sev2 --service web --service api --runbook a/b --note why",
        "incident list --open --state mitigated --severity sev1 --service web --limit 3", "incident show 01",
        "incident ack 01", "incident note 01 text --at 2026-01-19T03:05:00Z", "incident note 01 --edit 02",
        "incident mitigate 01 --note why", "incident resolve 01", "incident reopen 01 --json",
        "incident assign 01 commander ada", "incident assign 01 scribe", "incident change 01 --severity sev1",
        "incident timeline 01 --kind note --limit 3", "incident postmortem 01", "exec x --incident 01",
    ])
    func `the commands are understood`(line: String) throws {
        #expect(throws: Never.self) { try RunbookCommand.parseAsRoot(line.split(separator: " ").map(String.init)) }
    }

    @Test(arguments: [
        "bogus", "import", "import a b --name x", "list --limit 0", "show", "show x --json --markdown", "exec",
        "exec x --param novalue", "exec x --param =v", "exec x --param a=1 --param a=2", "exec x --priority now",
        "exec x --detach --dry-run", "runs list --state gone", "runs show", "runs resume 01 --outcome maybe",
        "audit verify --head 5", "audit verify --head x:y", "user add ada", "user add ada --role boss",
        "user change ada", "user change ada --enable --disable", "user reset-password ada", "token add t",
        "token add t --scope all", "token add t --scope read --expires never", "login ada --token-stdin",
        "completions csh", "search", "search a --limit 0", "notify add a", "notify add a --kind pigeon --url http://x",
        "incident open", "incident open a --severity sev9", "incident assign 01 king ada",
        "incident change 01", "incident note 01 a --at now --edit 02", "incident list --state burning",
        "service change orders", "service add orders --link nothing", "service show",
    ])
    func `wrong usage is refused with status 64`(line: String) throws {
        #expect(try status(line) == .usage)
    }

    @Test func `every command has an abstract, and all but the plainest an example`() {
        func visit(_ command: any ParsableCommand.Type) {
            let configuration = command.configuration
            #expect(!configuration.abstract.isEmpty, "\(command)")
            if configuration.subcommands.isEmpty, ![VersionCommand._commandName].contains(command._commandName) {
                #expect(!configuration.discussion.isEmpty, "\(command)")
            }
            configuration.subcommands.forEach(visit)
        }
        visit(RunbookCommand.self)
    }

    @Test func `a parameter's value is everything after the first equals sign`() throws {
        let exec = try parse("exec x --param url=http://h/?a=b --param empty= --param=dash=-v", as: ExecCommand.self)
        #expect(exec.parameters.map(\.name) == ["url", "empty", "dash"])
        #expect(exec.parameters.map(\.value) == ["http://h/?a=b", "", "-v"])
    }

    @Test func `a head is a number and 64 hexadecimal digits`() {
        let hash = String(repeating: "aB", count: 32)
        #expect(Head(argument: "12:\(hash)")?.text == "12:\(hash.lowercased())")
        for wrong in [
            "12", "0:\(hash)", "-1:\(hash)", "12:\(hash)0", "12:\(hash.dropLast())", "12:\(hash):", ":\(hash)",
        ] {
            #expect(Head(argument: wrong) == nil, "\(wrong)")
        }
    }

    @Test(arguments: [
        ("30d", "2026-02-18T00:00:00.000000Z"), ("12h", "2026-01-19T12:00:00.000000Z"),
        ("90m", "2026-01-19T01:30:00.000000Z"), ("2w", "2026-02-02T00:00:00.000000Z"),
        ("2027-01-01T00:00:00+01:00", "2026-12-31T23:00:00.000000Z"),
    ])
    func `an expiry is a span from now or a time`(text: String, time: String) throws {
        let now = try #require(Timestamp(rfc3339: "2026-01-19T00:00:00Z"))
        #expect(try #require(Expiry(argument: text)).time(from: now) == time)
    }

    @Test(arguments: ["", "d", "0d", "-1d", "1y", "1.5h", "tomorrow", "99999999999999999d", "9223372036854775807w"])
    func `what is no expiry is refused`(text: String) {
        #expect(Expiry(argument: text) == nil)
    }

    @Test func `completion scripts know the commands`() {
        for shell in [CompletionShell.bash, .zsh, .fish] {
            let script = RunbookCommand.completionScript(for: shell)
            for word in ["import", "exec", "audit", "dry-run"] { #expect(script.contains(word), "\(shell) \(word)") }
        }
    }
}
