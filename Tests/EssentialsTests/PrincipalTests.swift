import Essentials
import Testing

struct `Principals` {
    @Test(arguments: [
        (Role.viewer, [Permission.read]), (.operator, [.read, .operate]), (.admin, Permission.allCases),
    ])
    func `a role gives its permissions and no other`(role: Role, permissions: [Permission]) {
        #expect(role.permissions == Set(permissions))
    }

    @Test func `a guard names the act, the permission and who gives it`() {
        let ada = Principal(kind: .person, id: "1", name: "Ada", permissions: [.read], via: .web)
        #expect(
            throws: Problem.forbidden(
                #"Ada may not run this: it needs the permission "operate", which an admin gives."#)
        ) {
            try ada.require(.operate, to: "run this")
        }
    }

    @Test func `a guard lets pass who has the permission`() throws {
        let ada = Principal(kind: .person, id: "1", name: "Ada", permissions: [.read, .operate], via: .web)
        try ada.require(.operate, to: "run this")
        #expect(ada.may(.operate))
        #expect(!ada.may(.author))
    }

    @Test func `the system has every permission`() {
        #expect(Permission.allCases.allSatisfy(Principal.system("start").may))
    }
}

struct `Problems` {
    @Test func `a problem's description holds its fields and their lines on one line`() {
        let problem = Problem.invalid(
            "This is no runbook.",
            fields: [.init(name: "timeout", message: "is no duration"), .init(name: "x", message: "is odd", line: 3)])
        #expect(problem.description == "This is no runbook. (timeout: is no duration; line 3: is odd)")
    }
}
