import Accounts
import Essentials
import Foundation

/// What is said once the server takes connections: the address, and the way in while there is nobody.
struct Welcome: Sendable {
    private let link: String?
    private let remark: String?

    init(_ accounts: Accounts, bootstrapToken: String?) async throws {
        if let bootstrapToken {
            switch try await accounts.useBootstrapToken(bootstrapToken) {
            case .accepted(let until): remark = "bootstrap token accepted until \(until.rfc3339)"
            case .ended: remark = "bootstrap token refused: its 24 hours are over, or it was revoked"
            case .tooLate: remark = "bootstrap token refused: there is an account already"
            }
            link = nil
        } else {
            link = try await accounts.firstAdminLink()
            remark = nil
        }
    }

    func say(at address: String) {
        if let link { App.say("first admin: \(address)/first-admin?token=\(link)") }
        if let remark { App.say(remark) }
        FileHandle.standardOutput.write(Data("ready \(address)\n".utf8))
    }
}
