import RunbookFormat
import Testing

@Suite struct RenderingTests {
    @Test(arguments: [
        ("# A *b*\n", "<h1 id=\"a-b\">A <em>b</em></h1>\n"),
        ("a **b** `c<d` ~~e~~\n", "<p>a <strong>b</strong> <code>c&lt;d</code> <del>e</del></p>\n"),
        ("- a\n- b\n", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"), ("3. a\n", "<ol start=\"3\">\n<li>a</li>\n</ol>\n"),
        ("> a\n", "<blockquote>\n<p>a</p>\n</blockquote>\n"),
        ("a\n\n---\n", "<p>a</p>\n<hr>\n"), ("a  \nb\n", "<p>a<br>\nb</p>\n"),
        ("[a](http://x.org \"t\")\n", "<p><a href=\"http://x.org\" rel=\"noopener noreferrer\">a</a></p>\n"),
        (
            "| a | b |\n|:-:|--:|\n| 1 | 2 |\n",
            "<table>\n<thead><tr><th class=\"align-center\">a</th><th class=\"align-right\">b</th></tr></thead>\n<tbody>\n<tr><td class=\"align-center\">1</td><td class=\"align-right\">2</td></tr>\n</tbody></table>\n"
        ),
        (
            "```yaml\na: <b>\n```\n",
            "<figure class=\"code\"><figcaption>yaml</figcaption><pre class=\"language-yaml\"><code>a: &lt;b&gt;\n</code></pre></figure>\n"
        ),
        (
            "``` <i>\na\n```\n",
            "<figure class=\"code\"><figcaption>&lt;i&gt;</figcaption><pre class=\"language-i\"><code>a\n</code></pre></figure>\n"
        ),
        (
            "```mermaid\na-->b\n```\n",
            "<figure class=\"code\"><figcaption>Mermaid diagram, as its source</figcaption><pre class=\"language-mermaid\"><code>a--&gt;b\n</code></pre></figure>\n"
        ),
        ("```\na\n```\n", "<pre><code>a\n</code></pre>\n"),
        ("    a\n", "<pre><code>a\n</code></pre>\n"),
        ("~10 days, ~20 days\n", "<p>~10 days, ~20 days</p>\n"),
        (
            "see https://x.org/a_b.\n",
            "<p>see <a href=\"https://x.org/a_b\" rel=\"noopener noreferrer\">https://x.org/a_b</a>.</p>\n"
        ),
        ("a<br>b\n", "<p>a<br>b</p>\n"),
    ])
    func `Markdown becomes plain HTML`(markdown: String, html: String) throws {
        #expect(try read(markdown).html == html)
    }

    @Test(arguments: [
        "<script>alert(1)</script>\n", "a <img src=x onerror=alert(1)> b\n", "<div onclick=\"x\">\n\na\n\n</div>\n",
        "[a](javascript:alert(1))\n", "[a](JaVaScRiPt:alert(1))\n",
        "[a](java&#9;script:alert(1))\n", "[a](data:text/html,x)\n", "[a](vbscript:x)\n", "![a](javascript:x)\n",
        "<javascript:alert(1)>\n", "[a](\u{1}javascript:x)\n",
        "[a](javascript&colon;alert(1))\n", "[a][b]\n\n[b]: javascript:x\n",
        "[\"onclick=x](http://x.org/\"onclick=\"x)\n", "```\"><script>\nx\n```\n", "# \"><script>\n",
    ])
    func `nothing that could run gets through`(markdown: String) throws {
        let html = try read(markdown).html
        #expect(!html.contains("<script") && !html.contains("<img") && !html.contains("<div"))
        #expect(html.firstRange(of: /<[^>]*\son\w+=/) == nil)
        #expect(html.firstRange(of: /href="\s*(javascript|data|vbscript)/.ignoresCase()) == nil)
    }

    @Test func `a name in angle brackets stays in sight`() throws {
        #expect(try read("Use <name> here.\n").html == "<p>Use &lt;name&gt; here.</p>\n")
    }

    @Test func `relative links, fragments and mail are kept`() throws {
        #expect(try read("[a](./B.md) [c](#d) [e](mailto:f@g.org)\n").html.contains("href=\"./B.md\""))
        #expect(try read("[c](#d)\n").html.contains("href=\"#d\""))
        #expect(try read("[e](mailto:f@g.org)\n").html.contains("href=\"mailto:f@g.org\""))
    }

    @Test func `a link to an anchor as GitHub makes it finds the heading`() throws {
        #expect(try read("[a](#-docker)\n\n# 🐳 Docker\n").html.contains("href=\"#docker\""))
        #expect(try read("[a](#%C3%B6l)\n\n# Öl\n").html.contains("href=\"#%C3%B6l\""))
    }

    @Test func `pictures are links`() throws {
        let html = try read("![the *plan*](http://x.org/p.png) ![](q.png) [![in](r.png)](s)\n").html
        #expect(!html.contains("<img"))
        #expect(
            html.contains("<a href=\"http://x.org/p.png\" class=\"image\" rel=\"noopener noreferrer\">the plan</a>"))
        #expect(html.contains(">q.png</a>"))
        #expect(html.contains("<a href=\"s\" rel=\"noopener noreferrer\">in</a>"))
    }

    @Test func `steps and boxes are parts of their own`() throws {
        let guide = try read("# A\n\n- [x] one\n- two\n\n```sh {name=go}\nx <p-q>\n```\n\nend\n")
        let parts = guide.rendered()
        #expect(
            parts == [
                .html("<h1 id=\"a\">A</h1>\n<ul>\n<li class=\"task\">"),
                .item(id: "a.one", html: "<input type=\"checkbox\" disabled checked aria-label=\"ticked\">"),
                .html(" one"), .margin(lines: 1...3), .html("</li>\n<li>two</li>\n</ul>\n"),
                .step(
                    id: "go",
                    html:
                        "<pre class=\"language-sh\"><code>x <mark class=\"placeholder\">&lt;p-q&gt;</mark>\n</code></pre>\n"
                ),
                .html("<p>end</p>\n"),
            ])
    }

    @Test func `what is said of a line has its place below the block that holds it`() throws {
        let text = """
            ---
            tittle: x
            ---
            # A

            See [b](b.md)
            and more.

            - [x] one
              goes on
              - [ ] two, [c](c.md)

            | a | b |
            |---|---|
            | [d](d.md) | x |

            > quoted [e](e.md)
            """
        let guide = try read(text)
        let places = guide.rendered().compactMap { if case .margin(let lines) = $0 { lines } else { nil } }
        #expect(places == [4...8, 9...10, 11...12, 13...16, 17...Int.max], "\(places)")
        let html = guide.rendered().map { part in
            if case .margin(let lines) = part { "<\(lines.lowerBound)>" } else { part.html }
        }.joined()
        for piece in [
            "and more.</p>\n<", "goes on\n<9>", "c</a><11></li>", "</table>\n<13>", "e</a></p>\n<17></blockquote>",
        ] {
            #expect(html.contains(piece), "\(piece) in \(html)")
        }
        // What is written about something says nothing of itself.
        #expect(!Prose.html(of: "- [x] a\n").contains("remark"))
    }

    @Test(arguments: [
        "# A\n\n- [x] one\n\n```sh {name=go}\nx <p-q>\n```\n", "| a |\n|---|\n| `b` |\n", "---\ntitle: A\n---\n> # B\n",
        "\u{FEFF}# A\r\n\r\n~~~console\r\n$ a\r\nb\r\n~~~",
        "|" + String(repeating: "a|", count: 2000) + "\n" + String(repeating: "-|", count: 2000),
    ])
    func `what is laid out along with reading is what a second reading lays out`(text: String) throws {
        let guide = try Guide(parsing: Array(text.utf8), name: "a-guide", layingOut: true)
        #expect(guide.rendered() == (try read(text).rendered()))
        #expect(!guide.rendered().isEmpty)
    }

    @Test func `sample output and prompts stand apart from what runs`() throws {
        let html = try read("```console\n$ a\nout\n$ b\n```\n").html
        #expect(
            html
                == "<pre class=\"language-console\"><code><span class=\"prompt\">$ </span>a\n<samp>out\n</samp><span class=\"prompt\">$ </span>b\n</code></pre>\n"
        )
    }

    @Test(arguments: ["> ", "- ", "1. ", "*a **b ", "[", "> - "])
    func `ten thousand levels are read and laid out flat`(mark: String) throws {
        let html = try read(String(repeating: mark, count: 10_000) + "x\n").html
        #expect(html.contains("x"))
        #expect(html.ranges(of: "<blockquote>").count <= 100)
    }

    /// cmark-gfm keeps the special characters of its extensions in variables of the whole process.
    @Test func `guides that are read at once read as they do alone`() async throws {
        let text = String(repeating: "~~a~~ **b** | c\n\n| d |\n|---|\n| ~~e~~ |\n\n", count: 50)
        let alone = try read(text).html
        let together = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<200 { group.addTask { try read(text).html } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(together == [alone])
    }

    @Test func `every opened element is closed in its order`() throws {
        var random = Randomness(seed: 7)
        for _ in 0..<300 {
            let html = try read(GuideGenerator.guide(&random)).html
            #expect(unbalanced(html) == nil)
        }
    }

    /// The first tag that is out of order.
    private func unbalanced(_ html: String) -> Substring? {
        var open: [Substring] = []
        for match in html.matches(of: /<(\/?)([a-z0-9]+)[^>]*>/) {
            let name = match.output.2
            if ["br", "hr", "input"].contains(name) { continue }
            if match.output.1.isEmpty { open.append(name) } else if open.popLast() != name { return match.output.0 }
        }
        return open.last
    }
}
