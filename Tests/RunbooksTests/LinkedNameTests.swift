import Runbooks
import Testing

@Suite struct LinkedNameTests {
    @Test(arguments: [
        ("failover.md", "accunode.deploy", "accunode.failover"),
        ("./failover.md", "accunode.deploy", "accunode.failover"),
        ("../db/fail over.md", "accunode.deploy", "db.fail-over"), ("db/a.b.md", "deploy", "db.a-b"),
        ("x/../y.markdown", "deploy", "y"), ("v1.2/x.md", "a.b", "a.v1-2.x"), ("../x.md", "a.b", "x"),
        ("../../x.md", "a.b", nil), ("..", "a.b", nil), ("", "a", nil), ("../x.md", "deploy", nil),
        ("önbellek.md", "a.b", "a.önbellek"), ("\u{1F4A5}.md", "a", "-"),
    ])
    func `files lie to each other as the names of their runbooks say`(path: String, name: String, linked: String?) {
        #expect(RunbookName.linked(path, from: name) == linked)
    }

    @Test func `what a folder's files are called is what links to them mean`() {
        for (from, path) in [("a/deploy.md", "rollback.md"), ("a/b/c.md", "../d e/f.markdown"), ("x.md", "y/z.md")] {
            var parts = from.split(separator: "/").dropLast().map(String.init)
            for step in path.split(separator: "/") {
                if step == ".." { parts.removeLast() } else { parts.append(String(step)) }
            }
            #expect(
                RunbookName.linked(path, from: RunbookName.of(path: from))
                    == RunbookName.of(path: parts.joined(separator: "/")))
        }
    }
}
