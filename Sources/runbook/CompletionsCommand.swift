import ArgumentParser

struct CompletionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Prints a script that completes commands in your shell.",
        discussion: """
              runbook completions bash > /etc/bash_completion.d/runbook
              runbook completions zsh  > "${fpath[1]}/_runbook"
              runbook completions fish > ~/.config/fish/completions/runbook.fish
            """
    )

    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash, zsh, fish
    }

    @Argument(help: "The shell: bash, zsh or fish.")
    var shell: Shell

    func run() throws {
        let dialect: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        try Output.data.line(RunbookCommand.completionScript(for: dialect))
    }
}
