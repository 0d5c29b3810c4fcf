/// Commands that may ask for a password.
enum SudoRule {
    static func message(for invocation: Invocation) -> String? {
        guard invocation.asksForPassword else { return nil }
        return
            "sudo may ask for a password, and a step has no terminal; write \"sudo -n\", and let the user that runs steps do just this."
    }
}
