import Foundation
import Testing

/// Steps in other languages, each with its real program.
@Suite(.timeLimit(.minutes(5))) struct InterpreterTests {
    private func fence(_ info: String, _ text: String) -> String { "\n```\(info)\n\(text)\n```\n" }

    @Test(arguments: [
        ("sh", "echo $((6 * 7)); echo odd >&2; exit 9"),
        ("bash", "a=(6 7); echo $((a[0] * a[1])); echo odd >&2; exit 9"),
        ("zsh", "a=(6 7); print $((a[1] * a[2])); print -u2 odd; exit 9"),
        ("dash", "echo $((6 * 7)); echo odd >&2; exit 9"),
        ("python3 {exec}", "import sys; print(6 * 7); print('odd', file=sys.stderr); sys.exit(9)"),
        ("node {exec}", "console.log(6 * 7); console.error('odd'); process.exitCode = 9"),
        ("ruby {exec}", "puts 6 * 7; warn 'odd'; exit 9"),
        ("perl {exec}", #"print 6 * 7, "\n"; print STDERR "odd\n"; exit 9"#),
        ("awk {exec}", #"BEGIN { print 42; print "odd" > "/dev/stderr"; exit 9 }"#),
        ("text {exec interpreter=python3}", "import sys; print(6 * 7); print('odd', file=sys.stderr); sys.exit(9)"),
        ("js {exec=\"node --use-strict\"}", "console.log(6 * 7); console.error('odd'); process.exitCode = 9"),
        ("sh {interpreter=\"bash -u\"}", "a=(6 7); echo $((a[0] * a[1])); echo odd >&2; exit 9"),
    ])
    func `a script runs with its language's program, whose output and status are the step's`(
        info: String, script: String
    ) async throws {
        let named = info.firstMatch(of: #/(?:interpreter|exec)="?([a-z0-9]+)/#).map { String($0.output.1) }
        let program = named ?? String(info.prefix { $0 != " " })
        try await Server.with { server in
            try await server.store("other", "# Other\n" + fence(info, script))
            guard Programs.find(program) != nil else {
                let answer = try await server.wire.post("/api/v1/runs", #"{"runbook": "other"}"#)
                #expect(
                    answer.status != 201 && answer.text.contains("\(program), which is not installed"),
                    "\(answer.text)")
                return
            }
            let id = try await server.begin("other")
            let run = try await server.settled(id)
            #expect(run["state"].string == "failed", "\(run)")
            #expect(run["steps"][0]["attempts"][0]["exit_status"].int == 9, "\(run)")
            #expect(try await server.output(of: id, "stdout") == "42\n")
            #expect(try await server.output(of: id, "stderr") == "odd\n")
        }
    }

    @Test func `what is not installed is refused before anything runs`() async throws {
        try await Server.with { server in
            try await server.store("other", "# Other\n" + fence("text {name=a exec=no-such-program}", "x"))
            let answer = try await server.wire.post("/api/v1/runs", #"{"runbook": "other"}"#)
            #expect(answer.status == 400 && answer.text.contains("no-such-program, which is not installed"))
        }
    }

    @Test(.enabled(if: Programs.find("sqlite3") != nil, "sqlite3 is not installed"))
    func `the first statement that fails ends a script of sqlite3`() async throws {
        try await Server.with { server in
            try await server.store(
                "sql",
                "# SQL\n" + fence("sqlite3 {name=good exec}", "SELECT 6 * 7;\nSELECT 'two\nlines';")
                    + fence("sqlite3 {name=bad exec}", "SELECT 1;\nSELECT nothing;\nSELECT 2;"))
            let id = try await server.begin("sql")
            let run = try await server.settled(id)
            #expect(run["steps"].items.map { $0["state"].string } == ["succeeded", "failed"], "\(run)")
            #expect(try await server.output(of: id, step: "good") == "42\ntwo\nlines\n")
            #expect(try await server.output(of: id, step: "bad") == "1\n")
        }
    }

    private static let statements = """

        ```sql {name=make exec interpreter=psql}
        CREATE TABLE releases (id int PRIMARY KEY, tag text);
        INSERT INTO releases VALUES (1, 'v1'), (2, E'two\\nlines');
        -- What a parameter holds is a value, whatever stands in it.
        \\getenv tag tag
        INSERT INTO releases VALUES (3, :'tag');
        SELECT id, tag FROM releases ORDER BY id;
        ```

        ```psql {name=bad exec on-failure=continue}
        INSERT INTO releases VALUES (4, 'v4');
        SELECT nothing FROM releases;
        INSERT INTO releases VALUES (5, 'v5');
        ```

        ```text {name=count exec="psql -At"}
        SELECT string_agg(id::text, ',' ORDER BY id) FROM releases;
        ```

        ```psql {name=elsewhere exec env="PGPORT=1"}
        SELECT 1;
        ```
        """

    @Test(.enabled(if: Postgres.programs != nil, "PostgreSQL is not installed"))
    func
        `statements reach a PostgreSQL server by the environment, and the first that fails ends them with psql's status`()
        async throws
    {
        try await Server.with { server in
            try await Postgres.with(in: server.folder) { postgres in
                let environment = postgres.environment.map { "  \($0.key): \($0.value)\n" }.sorted().joined()
                try await server.store(
                    "sql",
                    "---\nenv:\n\(environment)parameters:\n  tag: {type: string}\n---\n# SQL\n" + Self.statements)
                let id = try await server.begin("sql", parameters: ["tag": "it's $(v3)"])
                let run = try await server.settled(id)
                let steps = run["steps"].items
                #expect(steps.map { $0["state"].string } == ["succeeded", "failed", "succeeded", "failed"], "\(run)")
                // psql's own: 3 for a statement that failed, 2 for a server that it can't reach.
                #expect(steps.map { $0["attempts"][0]["exit_status"].int } == [0, 3, 0, 2], "\(run)")
                #expect(
                    try await server.output(of: id, step: "make") == """
                         id |    tag    \u{20}
                        ----+------------
                          1 | v1
                          2 | two       +
                            | lines
                          3 | it's $(v3)
                        (3 rows)


                        """)
                #expect(try await server.output(of: id, step: "count") == "1,2,3,4\n")
                let said = try await server.output(of: id, "stderr", step: "bad")
                #expect(
                    said.contains(":2: ERROR:  column \"nothing\" does not exist\nLINE 1: SELECT nothing"), "\(said)")
                #expect(try await server.output(of: id, "stderr", step: "elsewhere").contains("connection to server"))
                try await server.expectIntactJournal()
            }
        }
    }

    @Test(.enabled(if: Postgres.programs != nil, "PostgreSQL is not installed"))
    func `a statement that a cancelled step was at is ended by a server that looks whether it is still wanted`()
        async throws
    {
        try await Server.with { server in
            try await Postgres.with(in: server.folder) { postgres in
                let environment = postgres.environment.map { "  \($0.key): \($0.value)\n" }.sorted().joined()
                let looks = "  PGOPTIONS: -c client_connection_check_interval=1s\n"
                let head = "---\nenv:\n\(environment)\(looks)---\n"
                try await server.store("long", head + "# Long\n" + fence("psql {name=a exec}", "SELECT pg_sleep(600);"))
                let counting =
                    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active';"
                try await server.store("count", head + "# Count\n" + fence("psql {name=a exec=\"psql -At\"}", counting))
                func sleeping() async throws -> String {
                    let id = try await server.begin("count")
                    #expect(try await server.settled(id)["state"].string == "succeeded")
                    return try await server.output(of: id)
                }
                let id = try await server.begin("long")
                try await until("it sleeps") { try await sleeping() == "1\n" }
                #expect(try await server.runbook("runs", "cancel", id).status == 0)
                #expect(try await server.settled(id)["state"].string == "cancelled")
                try await until("nothing sleeps") { try await sleeping() == "0\n" }
            }
        }
    }
}
