package import API
import Essentials
package import RunbookFormat

extension Inspection {
    /// - Parameter findings: those of somebody who knows more than the text; else the guide's own.
    package init(guide: Guide, file: String, findings: [RunbookFormat.Finding]? = nil) {
        self.init(
            file: file, title: guide.title, bytes: guide.bytes, sha256: guide.sha256,
            metadata: guide.metadata.raw,
            sections: guide.sections.map { Section(slug: $0.slug, title: $0.title, level: $0.level, line: $0.line) },
            steps: guide.steps.map(Step.init),
            checklist: guide.checklist.map { item in
                Item(
                    id: item.id, section: item.section, line: item.line, text: item.text, checked: item.isChecked,
                    depth: item.depth, check: item.check)
            },
            documents: guide.documents.map { Document(line: $0.line, language: $0.language) },
            findings: (findings ?? guide.findings).map(Finding.init))
    }
}

extension Inspection.Finding {
    package init(_ finding: RunbookFormat.Finding) {
        self.init(
            rule: finding.rule.rawValue, severity: finding.severity.rawValue, line: finding.line,
            message: finding.message, runbook: finding.runbook)
    }
}

extension Inspection.Step {
    fileprivate init(_ step: RunbookFormat.Step) {
        var placeholders: [String] = []
        for placeholder in step.placeholders where !placeholders.contains(placeholder.text) {
            placeholders.append(placeholder.text)
        }
        self.init(
            id: step.id, section: step.section, line: step.line, endLine: step.endLine, language: step.language,
            kind: step.kind.rawValue, attributes: step.attributes, script: step.script, placeholders: placeholders,
            exports: step.exports.isEmpty
                ? nil : step.exports.map { Inspection.Export(name: $0.name, value: $0.value, line: $0.line) },
            tags: step.settings.tags.isEmpty ? nil : step.settings.tags,
            runnable: step.isRunnable, refusal: step.refusal, checkOf: step.checkOf)
    }
}
