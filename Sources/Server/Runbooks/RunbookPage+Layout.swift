/// The three parts of the page of which a guide of 1 MB has thousands. They are laid out here and not by the template, which
/// takes ten times as long: it finds out anew for each tag of each element what it is looking at.
extension RunbookPage {
    /// The guide itself: prose, and steps with their buttons and remarks.
    static func body(_ parts: [Part]) -> SafeHTML {
        var html = ""
        html.reserveCapacity(
            parts.reduce(1024) { $0 + ($1.prose?.html ?? $1.step?.script.html ?? "").utf8.count + 400 })
        for part in parts {
            // Texts as long as these are not put together twice.
            if let prose = part.prose, !prose.isNull {
                html += prose.html
                html += "\n"
            }
            if let step = part.step { lay(step, into: &html) }
        }
        return SafeHTML(html)
    }

    private static func lay(_ step: Step, into html: inout String) {
        let id = escaped(step.id)
        html += "<section class=\"fence\" id=\"\(escaped(step.anchor))\" aria-label=\"Step \(id)\">\n"
        html += "<header><p><strong><bdi>\(id)</bdi></strong> <span class=\"note\">\(escaped(step.facts))</span></p>"
        if let path = step.stepRunPath { html += "<a class=\"button small\" href=\"\(escaped(path))\">Run step</a>" }
        html += "</header>\n"
        html += step.script.html
        html += "\n"
        if let refusal = step.refusal {
            html += "<p class=\"remark\" data-severity=\"warning\">Never runs: \(escaped(refusal))</p>\n"
        }
        for remark in step.remarks { lay(remark, as: "p", into: &html) }
        html += "</section>\n"
    }

    /// A list item for each section, with a link to run it.
    static func contents(_ sections: [Section]) -> SafeHTML {
        var html = ""
        html.reserveCapacity(sections.count * 250)
        for section in sections {
            let heading = escaped(section.heading)
            html += section.isNested ? "<li class=\"nested\">" : "<li>"
            html += "<a href=\"\(escaped(section.target))\"><bdi>\(heading)</bdi></a>"
            if let path = section.sectionRunPath {
                html +=
                    "<a class=\"run\" href=\"\(escaped(path))\" aria-label=\"Run the section \(heading)\">Run</a>"
            }
            html += "</li>\n"
        }
        return SafeHTML(html)
    }

    /// A list item for each finding; empty when there is none.
    static func remarks(_ findings: [Finding]) -> SafeHTML {
        var html = ""
        for finding in findings { lay(finding, as: "li", into: &html) }
        return SafeHTML(html)
    }

    /// What stands below a block of prose.
    /// - Parameter lines: those that have a place of their own by now.
    static func margin(_ findings: [Finding], _ lines: inout Set<Int>) -> String {
        var html = ""
        for finding in findings {
            let isFirst = lines.insert(finding.number).inserted
            lay(finding, as: "p", at: isFirst ? Finding.anchor(ofLine: finding.number) : nil, into: &html)
        }
        return html
    }

    private static func lay(_ finding: Finding, as tag: String, at anchor: String? = nil, into html: inout String) {
        let id = anchor.map { " id=\"\($0)\"" } ?? ""
        html += "<\(tag) class=\"remark\"\(id) data-severity=\"\(escaped(finding.severity))\">"
        if tag == "li", let target = finding.target {
            html += "<a href=\"\(escaped(target))\">\(escaped(finding.line))</a>"
        } else {
            html += escaped(finding.line)
        }
        html += " · <bdi>\(escaped(finding.message))</bdi></\(tag)>\n"
    }

    private static func escaped(_ text: String) -> String { EscapedHTML().escapeText(text) }
}
