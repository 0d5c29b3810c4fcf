import Processes
import Testing

@Suite struct InquiryTests {
    private func ask(_ script: String, within limit: Duration = .seconds(60), maximumBytes: Int = 1000) throws
        -> Inquiry.Answer?
    {
        try Inquiry.ask(
            "/bin/sh", ["-c", script], environment: ["A=b"], within: limit, maximumBytes: maximumBytes)
    }

    @Test func `what a program writes and how it ends is the answer`() throws {
        let answer = try #require(try ask("echo $A; echo no >&2; cat; exit 3"))
        #expect(String(decoding: answer.output, as: UTF8.self) == "b\n")
        #expect(answer.status == 3)
        #expect(try ask("kill -9 $$")?.status == nil)
    }

    @Test func `one that goes on too long or says too much gives none`() throws {
        #expect(try ask("exec sleep 1000", within: .milliseconds(50)) == nil)
        #expect(try ask("exec yes") == nil)
    }

    @Test func `a program that is not there is an error`() {
        #expect(throws: SystemError.self) {
            try Inquiry.ask("/nowhere", [], environment: [], within: .seconds(1), maximumBytes: 1)
        }
    }
}
