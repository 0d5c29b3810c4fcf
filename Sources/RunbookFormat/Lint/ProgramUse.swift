/// A program that a guide's steps start by its name.
package struct ProgramUse: Sendable, Equatable {
    package let name: String
    /// The line of its first use, from 1.
    package let line: Int
}

extension Guide {
    /// Each program once, in the order of the source: not what a shell does itself, nor functions, nor what has a folder or a
    /// variable in its name.
    package var programUses: [ProgramUse] {
        var seen: Set<String> = []
        var uses: [ProgramUse] = []
        for step in steps where step.kind == .shell && step.isRunnable {
            let script = Array(step.script.utf8)
            var scanner = ShellScanner()
            for line in script.split(separator: 0x0A, omittingEmptySubsequences: false) { scanner.read(line) }
            scanner.finish()
            // What another file defines can't be told from a program.
            guard !scanner.commands.contains(where: { ["source", "."].contains($0.words.first?.text ?? "") }) else {
                continue
            }
            let functions = Self.functions(in: script)
            for command in scanner.commands where !command.isPattern {
                guard let invocation = Invocation(command), invocation.isLookedUp, isName(invocation.program),
                    !Self.builtins.contains(invocation.program), !functions.contains(invocation.program),
                    // `prefetch = 4` is a setting that somebody wrote into a shell's fence.
                    invocation.arguments.first?.text != "=",
                    !command.words.contains(where: { word in step.placeholders.contains { $0.text == word.text } }),
                    step.scriptLines.indices.contains(invocation.line), seen.insert(invocation.program).inserted
                else { continue }
                uses.append(ProgramUse(name: invocation.program, line: step.scriptLines[invocation.line]))
            }
        }
        return uses
    }

    private func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, (0x61...0x7A).contains(first) || (0x41...0x5A).contains(first) else {
            return false
        }
        return text.utf8.count < 60
            && text.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0)
                    || "._+-".utf8.contains($0)
            }
    }

    /// Names before `()` and behind `function` and `alias`.
    private static func functions(in script: [UInt8]) -> Set<String> {
        var names: Set<String> = []
        for line in script.split(separator: 0x0A) {
            let words = line.split { " \t(={".utf8.contains($0) }.prefix(2).map { String(decoding: $0, as: UTF8.self) }
            guard let first = words.first else { continue }
            if first == "function" || first == "alias", words.count > 1 { names.insert(words[1]) }
            // `name() {` and `name ()`, but also `name (…)`: better a program too few than a function told.
            if line.contains(0x28), line.firstRange(of: "()".utf8) != nil { names.insert(first) }
        }
        return names
    }

    /// What shells know without a program: their grammar's words, POSIX's utilities that are built in, and bash's own.
    private static let builtins: Set<String> = [
        "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "in", "select",
        "function", "time", "alias", "bg", "bind", "break", "builtin", "caller", "cd", "command", "compgen", "complete",
        "continue", "declare", "dirs", "disown", "echo", "enable", "eval", "exec", "exit", "export", "false", "fc",
        "fg",
        "getopts", "hash", "help", "history", "jobs", "kill", "let", "local", "logout", "mapfile", "popd", "printf",
        "pushd", "pwd", "read", "readarray", "readonly", "return", "set", "shift", "shopt", "suspend", "test", "times",
        "trap", "true", "type", "typeset", "ulimit", "umask", "unalias", "unset", "wait", "autoload", "setopt", "print",
    ]
}
