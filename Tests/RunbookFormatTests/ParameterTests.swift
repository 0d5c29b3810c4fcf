import Essentials
import RunbookFormat
import Testing

@Suite struct ParameterTests {
    private func declarations(_ yaml: String) throws -> ParameterDeclarations {
        let guide = try read("---\nparameters: \(yaml)\n---\n# A\n")
        #expect(guide.findings.isEmpty)
        return guide.metadata.parameters
    }

    private func wrong(_ given: [String: String], for yaml: String) throws -> [Problem.Field] {
        let declarations = try declarations(yaml)
        do throws(Problem) {
            _ = try declarations.resolve(given)
            return []
        } catch {
            return error.fields
        }
    }

    @Test func `defaults fill what is not given, and what is optional stays away`() throws {
        let parameters = try declarations(
            "{A: x, B: {type: integer, default: 3}, C: {required: false}, D: {default: ''}}")
        #expect(try parameters.resolve([:]) == ["A": "x", "B": "3", "D": ""])
        #expect(try parameters.resolve(["A": "y", "C": "z"]) == ["A": "y", "B": "3", "C": "z", "D": ""])
    }

    @Test func `a list of declarations says the same as a mapping`() throws {
        let list = try declarations("[{name: A, type: integer, default: 1}, {name: B}]")
        #expect(list.parameters.map(\.name) == ["A", "B"])
        #expect(list["A"]?.kind == .integer)
        #expect(list["B"]?.isRequired == true)
    }

    @Test func `sensitive parameters are named`() throws {
        #expect(try declarations("{A: {sensitive: true}, B: x}").sensitiveNames == ["A"])
    }

    @Test(arguments: [
        ("integer", "8", "8"), ("integer", "+08", "8"), ("integer", "-3", "-3"), ("number", "1.50", "1.50"),
        ("number", "1e3", "1e3"),
        ("boolean", "yes", "true"), ("boolean", "OFF", "false"), ("boolean", "1", "true"), ("string", " a b ", " a b "),
        ("string", "ş'\"$(x)\n", "ş'\"$(x)\n"),
    ])
    func `a value of its type is taken in one spelling`(type: String, given: String, expected: String) throws {
        #expect(try declarations("{A: {type: \(type)}}").resolve(["A": given]) == ["A": expected])
    }

    @Test(arguments: [
        ("integer", "x"), ("integer", ""), ("integer", "1.5"), ("integer", "0x10"), ("integer", "9223372036854775808"),
        ("integer", " 1"),
        ("number", "nan"), ("number", "inf"), ("number", "0x1p3"), ("number", ""), ("number", "1,5"),
        ("boolean", "maybe"), ("boolean", ""),
        ("string", ""), ("string", "a\u{0}b"),
    ])
    func `a value of another type is refused`(type: String, given: String) throws {
        #expect(try wrong(["A": given], for: "{A: {type: \(type)}}").map(\.name) == ["A"])
    }

    @Test func `ranges hold for numbers and for the length of text`() throws {
        #expect(try wrong(["A": "0"], for: "{A: {type: integer, min: 1, max: 5}}").count == 1)
        #expect(try wrong(["A": "6"], for: "{A: {type: integer, min: 1, max: 5}}").count == 1)
        #expect(try wrong(["A": "5"], for: "{A: {type: integer, min: 1, max: 5}}").isEmpty)
        #expect(try wrong(["A": "0.4"], for: "{A: {type: number, min: 0.5}}").count == 1)
        #expect(try wrong(["A": "ab"], for: "{A: {min: 3}}").count == 1)
        #expect(try wrong(["A": "abcd"], for: "{A: {max: 3}}").count == 1)
    }

    @Test func `choices and patterns hold for the whole value`() throws {
        #expect(try wrong(["A": "c"], for: "{A: {choices: [a, b]}}").first?.message.contains("a, b") == true)
        #expect(try wrong(["A": "b"], for: "{A: {choices: [a, b]}}").isEmpty)
        #expect(try wrong(["A": "3"], for: "{A: {type: integer, choices: [1, 2]}}").count == 1)
        #expect(try wrong(["A": "v1.2; rm"], for: #"{A: {pattern: 'v\d+\.\d+'}}"#).count == 1)
        #expect(try wrong(["A": "v1.2"], for: #"{A: {pattern: 'v\d+\.\d+'}}"#).isEmpty)
    }

    @Test func `all that is wrong is said at once`() throws {
        let fields = try wrong(["B": "x", "Z": "1"], for: "{A: {}, B: {type: integer}}")
        #expect(fields.map(\.name).sorted() == ["A", "B", "Z"])
    }

    @Test func `a value longer than 64 KiB is refused and one of 64 KiB is taken`() throws {
        #expect(try wrong(["A": String(repeating: "x", count: 65_536)], for: "{A: {}}").isEmpty)
        #expect(try wrong(["A": String(repeating: "x", count: 65_537)], for: "{A: {}}").count == 1)
    }

    @Test(arguments: [
        "PATH", "LD_PRELOAD", "LD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES", "BASH_ENV", "ENV", "IFS", "SHELLOPTS",
        "BASHOPTS", "PS4",
        "PYTHONPATH", "PYTHONSTARTUP", "http_proxy", "HTTPS_PROXY", "No_Proxy", "RUNBOOK_TOKEN", "PERL5OPT", "RUBYOPT",
        "NODE_OPTIONS",
        "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "GIT_SSH_COMMAND", "GCONV_PATH", "LOCPATH", "HOME", "LC_ALL", "TZ",
        "TMPDIR", "EDITOR",
        "PAGER", "OPENSSL_CONF", "SSL_CERT_FILE", "GLIBC_TUNABLES", "MALLOC_CHECK_", "ZDOTDIR", "PROMPT_COMMAND",
        "CDPATH", "PHPRC",
        "LUA_INIT", "1A", "A-B", "_A", "", "Ä", "A B", "A=B", String(repeating: "A", count: 129),
    ])
    func `a name that steers something, or is none, can be neither declared nor given`(name: String) throws {
        let guide = try read("---\nparameters:\n  \"\(name)\": x\n---\n# A\n")
        #expect(guide.rules(.error) == ["invalid-front-matter"])
        #expect(guide.metadata.parameters.isEmpty)
        #expect(throws: Problem.self) { try guide.metadata.parameters.resolve([name: "x"]) }
    }

    @Test(arguments: ["VERSION", "env", "user", "A1_b", "KUBECONFIG", "region", "lang"])
    func `an ordinary name is taken`(name: String) throws {
        #expect(try declarations("{\(name): x}").resolve([:]) == [name: "x"])
    }
}
