import Foundation
import Testing

@testable import Server
@testable import Web

struct WebFilesTests {
    private let source = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "Web")

    @Test func `the binary holds every template and asset byte for byte`() throws {
        let folder = try WebFiles(folder: source.path)
        #expect(WebFiles.embedded.templateNames == folder.templateNames)
        for name in folder.templateNames { #expect(WebFiles.embedded.template(name) == folder.template(name)) }
        for name in ["style.css", "icon.svg", "times.js", "copy.js", "keys.js", "run.js", "journal.js"] {
            let asset = try #require(folder.asset(name))
            #expect(WebFiles.embedded.asset(name)?.bytes == asset.bytes)
            #expect(WebFiles.embedded.asset(name)?.url == asset.url)
        }
    }

    @Test func `the tool that embeds keeps line ends, quotes, backslashes and interpolations`() throws {
        let texts = EmbeddedFiles.all
        for (path, text) in texts {
            #expect(try String(contentsOf: source.appending(path: path), encoding: .utf8) == text)
        }
        #expect(texts.values.contains { $0.contains("\\") && $0.contains("\"") })
    }

    @Test func `an asset knows its type, and its URL changes with its content`() throws {
        let folder = try TemporaryWeb(
            templates: [:], assets: ["a.js": "one", "z.css": "@layer base {}", "b.css": "@layer parts {}"])
        let before = try #require(try folder.files().asset("a.js"))
        #expect(before.contentType == "text/javascript; charset=utf-8")
        #expect(before.url.hasPrefix("/assets/a.js?v="))
        try folder.write("assets/a.js", "two")
        let after = try #require(try folder.files().asset("a.js"))
        #expect(after.url != before.url)
        #expect(after.etag != before.etag)
        #expect(String(decoding: after.bytes, as: UTF8.self) == "two\n")
    }

    @Test func `the style sheets that most pages need are served as one, those of a subject by themselves`() throws {
        let folder = try TemporaryWeb(
            templates: [:],
            assets: [
                "parts.css": "/* why */\n@layer parts {\n  /* and\n  how */ a { color: red; }\n}\n",
                "base.css": "@layer base {}", "pumps.css": "@layer pages {}",
            ])
        let style = try #require(try folder.files().asset("style.css"))
        #expect(
            String(decoding: style.bytes, as: UTF8.self) == "@layer base {}\n@layer parts {\na { color: red; }\n}\n")
        #expect(style.contentType == "text/css; charset=utf-8")
        #expect(try folder.files().asset("parts.css") == nil)
        #expect(try folder.files().asset("pumps.css") != nil)
    }

    @Test func `a script is served without its comments, which stand on lines of their own`() throws {
        let folder = try TemporaryWeb(
            templates: [:], assets: ["a.js": "// why\nconst a = 1; // kept\n\n  // how\n  follow(a);\n"])
        let script = try #require(try folder.files().asset("a.js"))
        #expect(String(decoding: script.bytes, as: UTF8.self) == "const a = 1; // kept\nfollow(a);\n")
    }

    @Test(arguments: ["", "..", "../WebFiles.swift", "templates/layout/page.mustache", "/etc/passwd", "unknown.js"])
    func `what is not an asset is not served`(name: String) throws {
        #expect(WebFiles.embedded.asset(name) == nil)
        #expect(try WebFiles(folder: source.path).asset(name) == nil)
    }

    @Test func `a folder without templates is refused`() throws {
        #expect(throws: (any Error).self) { try WebFiles(folder: source.appending(path: "assets").path) }
    }

    /// Their order in the one sheet follows their names, and must not matter.
    @Test func `every style sheet declares the layers first and stands in one`() throws {
        let order = "@layer base, layout, parts, pages, print;"
        for (path, text) in EmbeddedFiles.all where path.hasSuffix(".css") {
            let rules = text.replacing(#/\/\*.*?\*\//#.dotMatchesNewlines(), with: "").split(separator: "\n")
            #expect(rules.first.map(String.init) == order, "\(path)")
            for rule in rules.dropFirst() where rule.first?.isWhitespace == false && rule != "}" {
                #expect(rule.hasPrefix("@layer "), "\(path): \(rule)")
            }
        }
    }

    @Test func `nothing of a page asks the security policy for an exception`() {
        for (path, text) in EmbeddedFiles.all where path.hasSuffix(".mustache") {
            #expect(text.firstMatch(of: #/\s(style|on[a-z]+)=/#) == nil, "\(path) has an inline style or handler")
            #expect(text.firstMatch(of: #/<style|<script(?! type="module" src=)|javascript:|data:/#) == nil, "\(path)")
        }
        for (path, text) in EmbeddedFiles.all where !path.hasSuffix(".mustache") {
            #expect(
                text.firstMatch(of: #/url\(|@import|innerHTML|insertAdjacentHTML|document\.write|eval\(/#) == nil,
                "\(path)")
        }
    }

    @Test func `style and scripts together weigh less than 45 KB`() throws {
        let names = ["style.css", "icon.svg", "times.js", "copy.js", "keys.js", "run.js"]
        let weight = try names.reduce(0) { $0 + (try #require(WebFiles.embedded.asset($1))).bytes.count }
        #expect(weight < 45_000)
        let subjects = EmbeddedFiles.all.keys.filter { $0.hasSuffix(".css") }.map {
            String($0.dropFirst("assets/".count))
        }
        for name in subjects {
            guard let styles = WebFiles.embedded.asset(name) else { continue }
            let page = try ["style.css", "icon.svg", "times.js", "copy.js", "keys.js", "live.js"].reduce(0) {
                $0 + (try #require(WebFiles.embedded.asset($1))).bytes.count
            }
            #expect(page + styles.bytes.count < 45_000, "\(name)")
        }
    }
}

/// A folder as `--web` takes one, removed at the end.
final class TemporaryWeb {
    let url = FileManager.default.temporaryDirectory.appending(path: "web-\(UUID().uuidString)")

    init(templates: [String: String], assets: [String: String] = [:]) throws {
        for part in ["templates", "assets"] {
            try FileManager.default.createDirectory(at: url.appending(path: part), withIntermediateDirectories: true)
        }
        for (name, text) in templates { try write("templates/\(name).mustache", text) }
        for (name, text) in assets { try write("assets/\(name)", text) }
    }

    deinit {
        do { try FileManager.default.removeItem(at: url) } catch { Issue.record(error) }
    }

    func write(_ path: String, _ text: String) throws {
        let file = url.appending(path: path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
    }

    func files() throws -> WebFiles { try WebFiles(folder: url.path) }
}
