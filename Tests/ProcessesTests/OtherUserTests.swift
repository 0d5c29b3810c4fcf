import Conversations
import Foundation
import Glibc
import Testing

@testable import Processes

extension ServerDeaths {
    /// What a server that is not root meets when a step says `sudo`.
    @Suite struct OtherUserTests {
        let stage: Stage

        init() throws { stage = try Stage() }

        @Test(.enabled(if: getuid() == 0, "needs root, to make a program that becomes root"))
        func `a timeout does not wait for processes that it may not signal, and says so`() async throws {
            let nobody: uid_t = 65534
            #expect(chown(stage.folder, nobody, nobody) == 0)
            let (shim, become) = ("\(stage.folder)/runbook-shim", "\(stage.folder)/become")
            // By a program, for what this process writes may be open in one that another test is starting, and can't be
            // run then.
            for (program, copy) in [(try Stage.shim(), shim), ("/usr/bin/setpriv", become)] {
                let copying = try Conversation(["cp", program, copy]).finish()
                try #require(copying.status == 0, "\(copying.output)")
            }
            #expect(chmod(become, 0o4755) == 0)
            let server = OtherServer(
                folder: stage.folder, attempt: UUID().uuidString,
                script: """
                    sleep 1000 &
                    $FOLDER/become --reuid 0 --clear-groups sh -c 'echo $$ > $FOLDER/root; exec sleep 1000'
                    """,
                timeoutMilliseconds: 1000, user: nobody, shim: shim)
            await server.run(expecting: .exitCode(0))
            #expect(try server.ending == "timedOut, processes left")
            let root = try #require(pid_t(try content("\(stage.folder)/root").trimmingCharacters(in: .newlines)))
            #expect(try processes(of: server.attempt, in: stage.folder) == [root], "the others have ended")
            #expect(kill(root, SIGKILL) == 0)
            try await until("it has ended") { waitpid(root, nil, WNOHANG) != 0 }
        }
    }
}
