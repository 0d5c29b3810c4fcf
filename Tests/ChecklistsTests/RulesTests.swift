import Essentials
import Testing

@testable import Checklists

@Suite struct RulesTests {
    @Test(arguments: ItemState.allCases, ItemState.byPeople)
    func `people bring an item from every state to every state that is theirs`(from: ItemState, to: ItemState) throws {
        let after = try ItemChange(state: to, note: "because").applied(to: from, note: nil)
        #expect(after.state == to)
        #expect(after.note == "because")
    }

    @Test(arguments: ItemState.allCases) func `nobody fails an item by hand`(from: ItemState) {
        #expect(throws: Problem.self) { try ItemChange(state: .failed, note: "no").applied(to: from, note: nil) }
    }

    @Test func `what does not apply says why, and so does what is ticked against its check`() throws {
        #expect(throws: Problem.self) { try ItemChange(state: .notApplicable).applied(to: .open, note: nil) }
        #expect(throws: Problem.self) { try ItemChange(state: .ticked).applied(to: .failed, note: nil) }
        #expect(throws: Problem.self) { try ItemChange(state: .ticked, note: "").applied(to: .failed, note: "old") }
        #expect(try ItemChange(state: .ticked).applied(to: .failed, note: "known").state == .ticked)
        #expect(try ItemChange(state: .ticked).applied(to: .open, note: nil).note == nil)
    }

    @Test func `a note changes by itself, stays when nothing is said of it, and goes when it is emptied`() throws {
        #expect(try ItemChange(note: "new").applied(to: .ticked, note: "old") == (.ticked, "new"))
        #expect(try ItemChange(state: .open).applied(to: .ticked, note: "old") == (.open, "old"))
        #expect(try ItemChange(note: "").applied(to: .ticked, note: "old") == (.ticked, nil))
    }

    @Test func `a check proves, refutes, or gives no verdict`() {
        #expect(CheckVerdict.of(exitStatus: 0, reason: nil) == .ticked)
        for status in [1, 2, 125, 128, 255] { #expect(CheckVerdict.of(exitStatus: status, reason: nil) == .failed) }
        for status in [126, 127] {
            guard case .none = CheckVerdict.of(exitStatus: status, reason: nil) else {
                Issue.record("the shell could not run what it was to run")
                continue
            }
        }
        #expect(
            CheckVerdict.of(exitStatus: nil, reason: "It ran longer than its timeout.")
                == .none("The check gave no verdict: It ran longer than its timeout."))
    }
}
