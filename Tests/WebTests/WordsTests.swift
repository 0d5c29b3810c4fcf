import Essentials
import Testing

@testable import Server

struct WordsTests {
    @Test(arguments: [
        (0, "0.0 s"), (340, "0.3 s"), (9_999, "9.9 s"), (10_000, "10 s"), (59_999, "59 s"), (60_000, "1 min 0 s"),
        (401_000, "6 min 41 s"), (3_600_000, "1 h 0 min"), (7_500_000, "2 h 5 min"), (90_000_000, "1 d 1 h"),
        (-5_000, "0.0 s"),
    ])
    func `a duration is said as one says it`(milliseconds: Int, words: String) {
        #expect(Duration.milliseconds(milliseconds).inWords == words)
    }

    @Test(arguments: [
        ("by the door", nil), ("1 of 2", nil), ("on call: +49 (30) 123-456 78, at night", "tel:+493012345678"),
        ("ada@example.org or +49 30 1234567", "mailto:ada@example.org"), ("a@b", nil), ("+1 2", nil),
        ("#ops, https://chat.example.org/ops?a=1&b=2.", "https://chat.example.org/ops?a=1&b=2"),
        ("javascript:alert(1)", nil), ("javascript:x@example.org", "mailto:x@example.org"),
    ])
    func `the first address of a contact is a link, and nothing of it is lost`(line: String, target: String?) {
        let contact = ContactLine(line)
        #expect(contact.link?.target == target)
        #expect(contact.before + (contact.link?.address ?? "") + contact.after == line)
    }

    @Test func `a moment is exact for machines and absolute for people without scripts`() throws {
        let moment = Moment(try #require(Timestamp(rfc3339: "2026-01-19T08:30:07.123456Z")))
        #expect(moment.instant == "2026-01-19T08:30:07Z")
        #expect(moment.words == "2026-01-19 08:30 UTC")
    }

    @Test(arguments: [(0, "no steps"), (1, "1 step"), (2, "2 steps")])
    func `counts agree with their noun`(count: Int, words: String) {
        #expect(counted(count, "step") == words)
    }

    @Test func `a kind without words of its own reads as it is written`() {
        #expect(JournalPage.verb(of: "run.created") == "asked for a run")
        #expect(JournalPage.verb(of: "on-call.hand_over") == "on call hand over")
    }
}
