import Essentials
import Testing

@testable import RunbookFormat

@Suite struct RunbookCallTests {
    @Test func `a name, perhaps a section, and a line for each parameter`() throws {
        let step = try #require(
            try onlyStep(
                "runbook {name=x}", "\naccunode/deploy#switch\n# why\ntarget: {{ target }}\nnote: a: b # c\nempty:"))
        let call = try #require(step.call)
        #expect(call.runbook == "accunode/deploy" && call.section == "switch")
        #expect(call.arguments.map(\.name) == ["target", "note", "empty"])
        let filled = try call.filled { (_) throws(Problem) in "a\nnote: c" }
        #expect(
            filled == ["target": "a\nnote: c", "note": "a: b # c", "empty": ""], "a value gives no other parameter")
    }

    @Test(arguments: ["", "a b", "a#", "#a", "a\nb", "a\nb: 1\nb: 2", "a\nb: {{", "a\nb: {{ .x }}", "https://a"])
    func `what names no runbook is an error, and a run of the guide is refused`(script: String) throws {
        let guide = try read("```runbook {name=x}\n\(script)\n```\n```sh\ntrue\n```\n")
        #expect(guide.rules(.error).contains("invalid-call"), "\(guide.findings)")
        #expect(guide.steps.first?.refusal != nil && guide.wholeRun.count == 2)
    }

    @Test(arguments: ["timeout=3s", "retries=2", "cwd=/tmp", "for=1h", "idempotent"])
    func `settings that mean nothing for it stop the step`(attribute: String) throws {
        #expect(try onlyStep("runbook {\(attribute)}", "a")?.refusal?.contains("means nothing") == true)
    }
}
