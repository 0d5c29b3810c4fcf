import Foundation
import Glibc
import Testing

/// What users of other programs of this trade complain of most, each as its thread tells it.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ComplaintTests {
    private func states(_ run: JSON) -> [String] { run["steps"].items.map { $0["state"].string ?? "" } }

    private func runs(_ id: String, _ server: Server) async throws {
        try await until("\(id) runs") { try await server.run(id)["state"].string == "running" }
    }

    /// rundeck/rundeck#7139: after a restart runs are shown as running whose work was done long ago.
    /// rundeck/rundeck#3993: what "runs" on a server that died can't be ended.
    @Test func `1: no run is stuck in running after its server died, whatever became of its step meanwhile`()
        async throws
    {
        try await Server.with { server in
            let flag = server.folder + "/flag"
            try await server.store(
                "long", "# Long\n\n```sh {name=a}\nwhile ! test -e \(flag); do sleep 0.05; done; echo done\n```\n")
            try await server.store("hung", "# Hung\n\n```sh {name=a}\ntrap '' TERM; sleep 1000 & sleep 1000\n```\n")
            let (done, hung, gone) = (
                try await server.begin("long"), try await server.begin("hung"), try await server.begin("hung")
            )
            for id in [done, hung, gone] { try await runs(id, server) }
            try await until("all three have a process") {
                try RunningProcess.shims(in: server.data).count { !$0.steps.isEmpty } == 3
            }
            try await server.end(by: SIGKILL)
            // One comes to its end while there is no server, of one the supervisor dies, one goes on.
            try touch(flag)
            try await until("the first has ended") { try RunningProcess.shims(in: server.data).count == 2 }
            let shim = try #require(try RunningProcess.shims(in: server.data).first)
            kill(shim.shim.pid, SIGKILL)
            try await server.start()
            #expect(try await server.settled(done)["state"].string == "succeeded")
            try await until("one of the other two is left to a person") {
                let found = [try await server.run(hung), try await server.run(gone)].map { $0["state"].string }
                return Set(found) == ["running", "interrupted"]
            }
            // The one that goes on deaf to SIGTERM is ended, and so is the one that nobody knows of.
            for id in [hung, gone] { #expect(try await server.runbook("runs", "cancel", id).status == 0) }
            for id in [hung, gone] { #expect(try await server.settled(id)["state"].string == "cancelled") }
            try await server.expectNoProcessLeft()
            try await server.expectIntactJournal()
        }
    }

    /// rundeck/rundeck#7541: a step failed, the step that handles its failure ran, and then the run ignored its timeout and
    /// could not be killed.
    @Test func `1: a run whose cleanup hangs is ended by its timeout, or by whoever cancels it twice`() async throws {
        try await Server.with { server in
            try await server.store(
                "handled",
                """
                # Handled

                ```sh {name=work}
                exit 1
                ```

                ```sh {name=on-error always}
                trap '' TERM; sleep 1000
                ```
                """)
            let id = try await server.begin("handled")
            try await until("the cleanup runs") { states(try await server.run(id)) == ["failed", "running"] }
            #expect(try await server.runbook("runs", "cancel", id).status == 0)
            let run = try await server.settled(id)
            #expect(run["state"].string == "failed" && states(run) == ["failed", "cancelled"], "\(run)")
            try await server.store(
                "timed", "# Timed\n\n```sh {name=a timeout=300ms}\ntrap '' TERM; sleep 1000 & wait; sleep 1000\n```\n")
            #expect(states(try await server.settled(try await server.begin("timed"))) == ["timed-out"])
            try await server.expectNoProcessLeft()
        }
    }

    /// rundeck/rundeck#126 and #1130: a long job fails near its end; one wants to go on there, or at a step of one's choice,
    /// and not to copy the job without its first half.
    @Test func `2: a run goes on from the step that failed, or from a chosen one, and what is done is not done again`()
        async throws
    {
        try await Server.with { server in
            let log = server.folder + "/log"
            let steps = (1...6).map { number in
                """
                ```sh {name=s\(number)}
                echo \(number) >> \(log); echo "V\(number)=\(number)" >> "$RUNBOOK_ENV"
                \(number == 5 ? "test -e \(log).ready; test \"$V1$V2$V3$V4\" = 1234" : "true")
                ```
                """
            }
            try await server.store("long", "# Long\n\n" + steps.joined(separator: "\n\n"))
            let id = try await server.begin("long")
            #expect(try await server.settled(id)["state"].string == "failed")
            #expect(try await server.runbook("runs", "resume", id).status == 0)
            #expect(try await server.settled(id)["state"].string == "failed")
            try touch(log + ".ready")
            #expect(try await server.runbook("runs", "resume", id, "--from", "s4").status == 0)
            #expect(try await server.settled(id)["state"].string == "succeeded")
            let done = try content(log).split(separator: "\n").joined(separator: " ")
            #expect(done == "1 2 3 4 5 5 4 5 6")
        }
    }

    /// OctopusDeploy/Issues#681: whoever deploys skips the steps that are there so that he does not decide alone.
    /// windmill-labs/windmill#10262: who may not approve his own run approves it on another path.
    @Test func `3: who starts a run is led around its approval by no verb, and a refusal is no failure`() async throws {
        try await Server.with { server in
            try await server.store(
                "ship",
                """
                # Ship

                ## Gate

                ```approval {name=go}
                Ship it?
                ```

                ### Work

                ```sh {name=ship}
                echo shipped
                ```
                """)
            func refused(_ arguments: String...) async throws {
                let answer = try await server.runbook(arguments)
                #expect([65, 75, 77].contains(answer.status), "\(arguments): \(answer.status) \(answer.error)")
            }
            // A part of the guide, and a single step of it, bring the approval along.
            for order in [
                ["exec", "ship", "--detach"], ["exec", "ship#work", "--detach"],
                ["exec", "ship", "--step", "ship", "--detach"],
            ] {
                #expect(try await server.runbook(order).status == 0)
                let id = try #require(
                    try await server.wire.get("/api/v1/runs?limit=1").json["items"][0]["id"].string)
                try await until("it waits") { try await server.run(id)["state"].string == "waiting" }
                try await refused("runs", "approve", id)
                try await refused("runs", "confirm", id)
                try await refused("runs", "skip", id, "go", "--note", "in a hurry")
                try await refused("runs", "resume", id, "--from", "ship")
                #expect(try await server.wire.post("/api/v1/runs/\(id)/cancellation").status == 200)
                try await refused("runs", "skip", id, "go", "--note", "in a hurry")
                try await refused("runs", "resume", id, "--from", "ship")
                #expect(try await server.output(of: id).isEmpty)
            }
            let kinds = Set(try await server.journal().compactMap { $0["kind"].string })
            #expect(!kinds.contains("step.approved") && !kinds.contains("step.skipped"))
            try await server.expectIntactJournal()
        }
    }

    /// rundeck/rundeck#1834: a control character in the output breaks the log. #6469, #2852, apache/airflow#52772: a large log
    /// is not shown, or freezes the page.
    @Test func `5: control characters and a million lines leave the run's page small and all of the output there`()
        async throws
    {
        try await Server.with { server in
            try await server.store(
                "loud",
                """
                # Loud

                ```sh {name=odd}
                printf 'a\\000b\\033[31mred\\033[0m\\b\\007\\377\\376 end without a newline'
                ```

                ```sh {name=count}
                seq 1 1000000
                ```

                ```sh {name=wide}
                head -c 3000000 /dev/zero | tr '\\0' x
                ```
                """)
            let id = try await server.begin("loud")
            #expect(try await server.settled(id)["state"].string == "succeeded")
            let page = try await server.wire.get("/runs/\(id)", ["Accept": "text/html"])
            #expect(page.status == 200 && page.body.count < 100_000, "\(page.body.count)")
            #expect(page.text.contains("earlier lines"))
            #expect(!page.body.contains(0), "no NUL reaches a browser")
            let whole = try await server.wire.get("/runs/\(id)/output?step=count", ["Accept": "text/html"])
            #expect(whole.body.count == 6_888_896, "of a million numbers with their line ends")
            let wide = try await server.wire.get("/runs/\(id)/output?step=wide", ["Accept": "text/html"])
            #expect(wide.body.count == 3_000_000)
            let odd = try await server.runbook("runs", "logs", id, "--step", "odd")
            #expect(odd.status == 0 && odd.output.contains("end without a newline"))
            try await server.expectIntactJournal()
        }
    }

    /// rundeck/rundeck#1033: a restart for an upgrade must not lose what runs.
    /// dagucloud/dagu#1180: what was due while the scheduler was down is lost; made up for, it must come once.
    @Test func `7: an upgrade loses no run, and what was due meanwhile comes once`() async throws {
        try await Server.with { server in
            let flag = server.folder + "/flag"
            try await server.store(
                "long",
                "# Long\n\n```sh {name=a}\necho one; while ! test -e \(flag); do sleep 0.05; done; echo two\n```\n\n```sh {name=b}\necho three\n```\n"
            )
            try await server.store("due", "---\nschedule: \"0 3 1 1 *\"\n---\n# Due\n\n```sh {name=a}\necho due\n```\n")
            let id = try await server.begin("long")
            try await until("it has begun") { try await server.output(of: id) == "one\n" }
            try await until("it is scheduled") {
                try await server.runbook("schedule", "list", "--json").json["items"].items.count == 1
            }
            #expect(try await server.end(by: SIGTERM) == .exited(0))
            #expect(try RunningProcess.shims(in: server.data).count == 1, "it goes on without a server")
            let minuteAgo = Int64(Date().timeIntervalSince1970) - 60
            try await Python.sql("UPDATE schedules SET due = \(minuteAgo)000000", on: server.data + "/runbook.db")
            try await server.start()
            for _ in 0..<2 {
                try await until("what was due has run") {
                    try await server.wire.get("/api/v1/runs?runbook=due&state=succeeded").json["items"].items.count == 1
                }
                try await server.end(by: SIGTERM)
                try await server.start()
            }
            try touch(flag)
            #expect(try await server.settled(id)["state"].string == "succeeded")
            #expect(try await server.output(of: id) == "one\ntwo\nthree\n")
            #expect(try await server.run(id)["steps"][0]["attempts"].items.count == 1)
            #expect(try await server.wire.get("/api/v1/runs?runbook=due").json["items"].items.count == 1)
            try await server.expectIntactJournal()
        }
    }

    /// rundeck/rundeck#5135: a job that may run once at a time runs twice when it is started on another way.
    @Test func `8: a limit of one holds on every way on which a run begins or goes on`() async throws {
        try await Server.with { server in
            let (flag, log) = (server.folder + "/flag", server.folder + "/log")
            try await server.store(
                "once",
                """
                ---
                concurrency: 1
                ---
                # Once

                ```sh {name=a}
                mkdir \(log).lock || exit 9
                while ! test -e \(flag); do sleep 0.05; done
                rmdir \(log).lock; test -e \(flag).good
                ```

                ## Part

                ```sh {name=b}
                mkdir \(log).lock || exit 9; rmdir \(log).lock
                ```
                """)
            let first = try await server.begin("once")
            try await runs(first, server)
            // By the API, a section by the terminal, and one that goes on after its end.
            let second = try await server.begin("once")
            #expect(try await server.runbook("exec", "once#part", "--detach").status == 0)
            #expect(try await server.run(second)["state"].string == "queued")
            #expect(try await server.runbook("runs", "cancel", second).status == 0)
            #expect(try await server.runbook("runs", "resume", second).status == 0)
            #expect(try await server.run(second)["state"].string == "queued")
            #expect(try await server.run(second)["waits_for"].string?.contains("runs at most once at a time") == true)
            try touch(flag)
            #expect(try await server.settled(first)["state"].string == "failed")
            try touch(flag + ".good")
            #expect(try await server.runbook("runs", "resume", first).status == 0)
            for run in try await server.wire.get("/api/v1/runs").json["items"].items {
                let settled = try await server.settled(try #require(run["id"].string))
                let statuses = settled["steps"].items.flatMap { $0["attempts"].items }.map { $0["exit_status"].int }
                #expect(!statuses.contains(9), "two ran at once: \(settled)")
            }
            try await server.expectIntactJournal()
        }
    }
}
