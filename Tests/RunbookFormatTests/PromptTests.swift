import Testing

@testable import RunbookFormat

@Suite struct PromptTests {
    private func script(_ language: String, _ text: String) throws -> String? { try onlyStep(language, text)?.script }

    @Test func `only what stands behind a prompt runs`() throws {
        #expect(try script("console", "$ ls\na  b\n$ pwd\n/home\n") == "ls\npwd\n")
        #expect(try script("sh", "$ ls\na  b\n") == "ls\n")
        #expect(try script("bash", "# a comment\n$ ls\nout\n") == "ls\n")
        #expect(try script("console", "  $ ls\n  out\n") == "ls\n")
    }

    @Test func `continuations are input`() throws {
        #expect(try script("console", "$ ls \\\n  -l \\\n  -a\ntotal 0\n") == "ls \\\n  -l \\\n  -a\n")
        #expect(try script("console", "$ a |\n> b\nout\n") == "a |\nb\n")
        #expect(
            try script("console", "$ for i in 1 2; do\n>   echo $i\n> done\n1\n2\n")
                == "for i in 1 2; do\n  echo $i\ndone\n")
        #expect(
            try script("sh", "$ for i in 1 2; do\n>   echo $i\n> done\n1\n2\n")
                == "for i in 1 2; do\n  echo $i\ndone\n")
        #expect(try script("bash", "$ cat <<EOF > f\n> one\n> EOF\nout\n") == "cat <<EOF > f\none\nEOF\n")
        #expect(try script("console", "$ echo \"a\n> b\"\na\nb\n") == "echo \"a\nb\"\n")
        #expect(try script("console", "$ a &&\n> b\nout") == "a &&\nb\n")
    }

    @Test func `here-documents are input to their end`() throws {
        #expect(
            try script("console", "$ cat <<EOF\n> $ one\n> two\n> EOF\n$ one\n") == "cat <<EOF\n$ one\ntwo\nEOF\none\n")
        #expect(try script("sh", "$ cat <<'EOF'\n$ one\nEOF\none\n") == "cat <<'EOF'\n$ one\nEOF\n")
        #expect(try script("sh", "$ cat <<-EOF\n\tone\n\tEOF\none\n") == "cat <<-EOF\n\tone\n\tEOF\n")
    }

    @Test(arguments: [
        ("% ls\nout\n", "ls\n"), ("user@host:~$ ls\nout\n", "ls\n"), ("root@host:/# ls\nout\n", "ls\n"),
        ("[user@host ~]$ ls\nout\n", "ls\n"),
        ("(venv) $ ls\nout\n", "ls\n"), ("# apt-get update\nHit:1\n", "apt-get update\n"),
        ("$ ls\n# not a command\n", "ls\n"),
    ])
    func `a console knows other prompts`(text: String, expected: String) throws {
        #expect(try script("console", text) == expected)
    }

    @Test(arguments: [
        "# comment\nls\n", "cat <<EOF\n$ one\nEOF\n", "echo '\n$ one'\n", "% ls\n", "> out\n", "echo $ x\n",
        "$HOME/bin/x\n", "$(x)\n", "a \\\n$ x\n",
    ])
    func `a shell's script without prompts is taken as it is`(text: String) throws {
        #expect(try script("sh", text) == text + (text.hasSuffix("\n") ? "\n" : ""))
    }

    @Test func `a prompt where a command would begin makes a session of it`() throws {
        #expect(try script("sh", "out of before\n$ ls\n") == "ls\n")
    }

    @Test func `a console without prompts is doubtful, so that a whole run leaves it out`() throws {
        let guide = try read("```console\nls\n```\n")
        #expect(guide.rules() == ["console-without-prompts"])
        #expect(guide.steps.first?.script == "ls\n")
        #expect(guide.wholeRun.isEmpty)
    }

    @Test func `each line of the script knows its line in the source`() throws {
        #expect(try onlyStep("console", "$ a\nout\n$ b \\\n  c\n")?.scriptLines == [2, 4, 5])
    }
}

@Suite struct ShellScannerTests {
    private func scan(_ text: String) -> ShellScanner {
        var scanner = ShellScanner()
        for line in Array(text.utf8).split(separator: 0x0A, omittingEmptySubsequences: false) { scanner.read(line) }
        return scanner
    }

    private func commands(_ text: String) -> [[String]] {
        var scanner = scan(text)
        scanner.finish()
        return scanner.commands.map { $0.words.map(\.text) }
    }

    @Test(arguments: [
        ("a b; c && d || e | f", [["a", "b"], ["c"], ["d"], ["e"], ["f"]]),
        ("a 'b c' \"d e\" f\\ g", [["a", "b c", "d e", "f g"]]),
        ("a # b", [["a"]]), ("a#b", [["a#b"]]), ("a \\\nb", [["a", "b"]]), ("a > f 2>&1 < g b", [["a", "b"]]),
        ("if a; then b; fi", [["if", "a"], ["b"], ["fi"]]),
        ("cat <<EOF\nx y\nEOF\nb", [["cat"], ["b"]]), ("(a; b)", [["a"], ["b"]]),
        ("a $'b\\'c' d", [["a", "b'c", "d"]]), ("echo ${a:-b c} d", [["echo", "${a:-b c}", "d"]]),
        ("echo $((1 + 2)) x", [["echo", "$((1 + 2))", "x"]]), ("a &\nb", [["a"], ["b"]]), ("A=1 b", [["A=1", "b"]]),
        ("a \"b 'c' $d\"", [["a", "b 'c' $d"]]),
    ])
    func `a script's simple commands are found`(text: String, expected: [[String]]) {
        #expect(commands(text) == expected)
    }

    @Test func `commands in substitutions are found too`() {
        #expect(commands("a $(b c) `d` <(e)").contains(["b", "c"]))
        #expect(commands("a $(b c) `d` <(e)").contains(["d"]))
        #expect(commands("a \"$(b \"$(c)\")\"").contains(["c"]))
    }

    @Test(arguments: [
        "a \\", "a |", "a &&", "'a", "\"a", "cat <<E", "$(a", "(a", "if a; then", "for i in 1; do", "{", "case x in",
        "${a", "a ||\n# x",
    ])
    func `a shell would wait for more`(text: String) {
        #expect(!scan(text).isComplete)
    }

    @Test(arguments: [
        "a", "a &", "'a'", "cat <<E\nE", "$(a)", "(a)", "if a; then b; fi", "for i in 1; do b; done", "{ a; }",
        "a ||\nb", "echo done", "echo if",
    ])
    func `a shell would run it`(text: String) {
        #expect(scan(text).isComplete)
    }
}
