import Testing
import Web

@testable import Server

struct TemplatesTests {
    private struct Greeting: WebPage {
        static let template = "greeting"
        let layout: Layout
        let name: String
    }

    private let frame = ["layout/page": "<main>{{{content}}}</main>\n", "layout/time": "{{words}}\n"]
    private let greeting = Greeting(layout: Layout("Hello", reader: Reader(name: nil, csrf: "")), name: "<Ada>")

    @Test func `a page is rendered inside the layout, escaped`() throws {
        let web = try TemporaryWeb(templates: frame.merging(["greeting": "Hello, {{name}}!\n"]) { $1 })
        #expect(try Templates(files: web.files()).render(greeting) == "<main>Hello, &lt;Ada&gt;!</main>")
    }

    @Test func `a partial escapes as its page does, though it resets the library's escaper`() throws {
        let web = try TemporaryWeb(
            templates: frame.merging(["greeting": "{{>part}}.", "part": "<b title=\"{{name}}\"></b>\n"]) { $1 })
        let page = Greeting(layout: greeting.layout, name: "\"\u{301} onclick=\"x")
        #expect(
            try Templates(files: web.files()).render(page)
                == "<main><b title=\"&quot;\u{301} onclick=&quot;x\"></b>.</main>")
    }

    @Test func `from a folder a change shows at the next page`() throws {
        let web = try TemporaryWeb(templates: frame.merging(["greeting": "Hello, {{name}}"]) { $1 })
        let templates = try Templates(files: web.files())
        _ = try templates.render(greeting)
        try web.write("templates/greeting.mustache", "Good morning, {{name}}")
        #expect(try templates.render(greeting) == "<main>Good morning, &lt;Ada&gt;</main>")
    }

    @Test(arguments: [
        ("{{#open}}\nnever closed", "greeting"), ("one\ntwo {{name", "greeting, line 2"),
        ("{{#a}}{{/b}}", "greeting, line 1"), ("first\n{{>nowhere}}", "greeting, line 2"),
        ("{{<layout}}{{/layout}}", "greeting, line 1"), ("{{% CONTENT_TYPE:TEXT}}", "greeting, line 1"),
        ("{{=<% %>=}}", "greeting, line 1"),
    ])
    func `a template that cannot be used is named`(text: String, place: String) throws {
        let web = try TemporaryWeb(templates: frame.merging(["greeting": text]) { $1 })
        let files = try web.files()
        let error = #expect(throws: TemplateError.self) { try Templates(files: files) }
        #expect(error?.description.contains("template \(place)") == true)
    }

    @Test func `those of the program parse, ahead of the first page or for it`() throws {
        let ahead = Templates.embedded
        try ahead.parse()
        #expect(ahead.files.templateNames.count > 20)
        let page = Samples().pages[0]
        #expect(try ahead.render(page) == Templates.embedded.render(page))
    }

    @Test func `a page without its template is an error, not an empty page`() throws {
        let web = try TemporaryWeb(templates: frame)
        let templates = try Templates(files: web.files())
        let error = #expect(throws: TemplateError.self) { try templates.render(greeting) }
        #expect(error?.template == "greeting")
    }

    /// Mustache's own way into a page, by reflection for each tag, is the judge.
    @Test(arguments: Samples().pages.indices)
    func `a page says the same as it would by reflection`(index: Int) throws {
        let templates = try Templates(files: .embedded)
        for page in [Samples().pages[index], Samples(text: { "<\($0)>" }).pages[index]] {
            let template = type(of: page).template
            let object = try TemplateObject.of(page)
            #expect(object is TemplateObject)
            #expect(try templates.text(of: object, in: template) == templates.text(of: page, in: template))
        }
    }

    @Test func `tags are found with their kind, name and line`() throws {
        let tags = try TemplateTag.scan(
            "{{a}}\n{{! not\nthis}}{{#b.c}}{{{d}}}{{&e}}{{/b.c}}\n{{^f}}{{> g/h }}{{/f}}", of: "t")
        #expect(
            tags == [
                TemplateTag(kind: .variable, name: "a", line: 1), TemplateTag(kind: .section, name: "b.c", line: 3),
                TemplateTag(kind: .unescaped, name: "d", line: 3), TemplateTag(kind: .unescaped, name: "e", line: 3),
                TemplateTag(kind: .end, name: "b.c", line: 3), TemplateTag(kind: .inverted, name: "f", line: 4),
                TemplateTag(kind: .partial, name: "g/h", line: 4), TemplateTag(kind: .end, name: "f", line: 4),
            ])
    }
}
