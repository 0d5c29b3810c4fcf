import ArgumentParser
import Essentials

/// Where a password comes from: never from the arguments, which every process on the machine can read.
struct PasswordOptions: ParsableArguments {
    @Flag(help: "Read the password from standard input, its first line, instead of asking for it.")
    var passwordStdin = false

    /// One that exists.
    func existing(for name: String) throws -> String {
        try passwordStdin ? fromInput() : Keyboard.askSecret("password for \(name)")
    }

    /// A new one, asked for twice.
    /// - Throws: `Problem.invalid` when the two differ.
    func new(for name: String) throws -> String {
        if passwordStdin { return try fromInput() }
        guard Keyboard.isThere else {
            throw Problem.invalid("There is no terminal to ask for the password: give it with --password-stdin.")
        }
        let password = try Keyboard.askSecret("new password for \(name), at least 12 characters")
        guard try Keyboard.askSecret("the same again") == password else {
            throw Problem.invalid("The two passwords differ: try again.")
        }
        return password
    }

    private func fromInput() throws -> String {
        guard let password = Keyboard.line(), !password.isEmpty else {
            throw Problem.invalid("There is no password on standard input: write it there as one line.")
        }
        return password
    }
}
