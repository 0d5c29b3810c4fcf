import Foundation
import Testing

/// A disk that takes what is written and then says that it could not keep it: what was answered before is there, and nobody
/// is told of a change that is not.
@Suite(.timeLimit(.minutes(5))) struct FailingDiskTests {
    /// Stands before the C library's `fdatasync`, which SQLite syncs with: it fails while there is a file `$FAILING_SYNC`.
    private static let library = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <stdlib.h>
        #include <unistd.h>
        int fdatasync(int file) {
            static int (*sync)(int);
            if (sync == NULL) sync = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
            const char *sign = getenv("FAILING_SYNC");
            if (sign == NULL || access(sign, F_OK) != 0) return sync(file);
            usleep(20000); // As long as an answer takes to be made.
            errno = EIO;
            return -1;
        }
        """

    private let incidents = "/api/v1/incidents"

    private func titles(_ server: Server) async throws -> Set<String> {
        let list = try await server.wire.get("\(incidents)?limit=100").json
        return Set(list["items"].items.compactMap { $0["title"].string })
    }

    private func open(_ title: String, on server: Server, _ headers: [String: String] = [:]) async throws -> Wire.Answer
    {
        try await server.wire.post(incidents, #"{"title":"\#(title)","severity":"sev2"}"#, headers)
    }

    /// Compiled by the compiler that comes with Swift.
    private func compiled(in server: Server) async throws -> String {
        let (source, library) = (server.folder + "/sync.c", server.folder + "/sync.so")
        try write(Self.library, to: source)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let compiler = try Child(
            "clang", ["-shared", "-fPIC", "-o", library, source, "-ldl"], environment: ["PATH": path],
            log: server.folder + "/clang", directory: server.folder)
        let (ending, words) = (try await compiler.ending, try compiler.error)
        try #require(ending == .exited(0), "\(words)")
        return library
    }

    @Test func `a change whose sync fails is answered as a problem, and is not there`() async throws {
        try await Server.with(isStarted: false) { server in
            let sign = server.folder + "/sign"
            try await server.start(["LD_PRELOAD": try await compiled(in: server), "FAILING_SYNC": sign])
            #expect(try await open("before", on: server).status == 201)
            try await server.store("items", "# Items\n\n- [ ] one\n- [ ] two\n")
            let made = try await server.wire.post("/api/v1/checklists", #"{"runbook":"items"}"#)
            let list = try #require(try made.json["id"].string)
            let item = "/api/v1/checklists/\(list)/items/items.one"
            let tick = { try await server.wire.send("PUT", item, ["If-Match": "*"], #"{"state":"ticked"}"#) }

            try touch(sign)
            let refused = try await open("refused", on: server)
            #expect(refused.status == 503)
            #expect(refused.headers["content-type"] == "application/problem+json")
            #expect(refused.headers["location"] == nil)
            #expect(refused.text.contains("The disk reported an error: nothing was changed."))
            #expect(try await open("with a key", on: server, ["Idempotency-Key": "k"]).status == 503)
            #expect(try await tick().status == 503)
            let crowd = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<8 {
                    group.addTask { try await open("one of many \(number)", on: server).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(crowd) == [503])
            #expect(try await titles(server) == ["before"])

            try FileManager.default.removeItem(atPath: sign)
            #expect(try await open("with a key", on: server, ["Idempotency-Key": "k"]).status == 201)
            #expect(try await open("after", on: server).status == 201)
            #expect(try await tick().json["version"].int == 2)
            try await server.expectIntactJournal()
            try await server.crash()
            #expect(try await titles(server) == ["before", "with a key", "after"])
            try await server.expectIntactJournal()
        }
    }
}
