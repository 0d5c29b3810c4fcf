import API
import ArgumentParser
import Essentials

/// Each command says its name: where one does not, the runtime is asked for that of its type, and 76 of those took 15 ms of
/// every start.
@main
struct RunbookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runbook",
        abstract: "Runs the operations guides that you keep as Markdown.",
        discussion: """
            One program is the server, its web pages and this command line. Start a server, give it a guide, run it:

              runbook serve
              runbook import guides/
              runbook exec deploy --param version=1.4.2

            The client finds its server by --url, by RUNBOOK_URL and RUNBOOK_TOKEN, or by what `runbook login` saved. \
            Data goes to standard output, talk to standard error; --json prints JSON.

            Exit statuses: 0 done, 1 the run failed, was rejected or cancelled, 64 wrong usage, 65 bad data, \
            69 the server is out of reach, 75 the run still waits, 77 no permission, 130 interrupted.
            """,
        version: runbookVersion,
        groupedSubcommands: [
            CommandGroup(
                name: "Guides",
                subcommands: [
                    ImportCommand.self, ListCommand.self, ShowCommand.self, DiffCommand.self, SearchCommand.self,
                    InspectCommand.self, LintCommand.self, SchemaCommand.self,
                ]),
            CommandGroup(
                name: "Runs", subcommands: [StatusCommand.self, ExecCommand.self, RunsCommand.self, QueueCommand.self]),
            CommandGroup(
                name: "Work",
                subcommands: [
                    ChecklistCommand.self, DeployCommand.self, IncidentCommand.self, ScheduleCommand.self,
                    HookCommand.self,
                ]),
            CommandGroup(name: "Services", subcommands: [ServiceCommand.self, NotifyCommand.self]),
            CommandGroup(name: "Record", subcommands: [AuditCommand.self]),
            CommandGroup(
                name: "Access",
                subcommands: [
                    LoginCommand.self, LogoutCommand.self, UserCommand.self, TokenCommand.self,
                ]),
            CommandGroup(
                name: "Operating",
                subcommands: [
                    ServeCommand.self, VersionCommand.self, CompletionsCommand.self,
                ]),
        ]
    )

    /// Parses, runs, and ends with the exit status that scripts rely on: every failure is one line on standard error.
    static func main() async {
        do {
            let command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                var synchronous = command
                try synchronous.run()
            }
        } catch {
            let ending = Ending(of: error)
            ending.tell()
            exit(withError: ExitCode(ending.status.rawValue))
        }
    }
}
