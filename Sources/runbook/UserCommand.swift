import API
import ArgumentParser
import Essentials

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "The people who may sign in.",
        discussion: """
            Roles: an admin may do everything, an operator runs runbooks and works with them, a viewer looks. \
            --author lets somebody import and change runbooks, which is a shell on the server.

              runbook user add ada --role operator --author
              runbook user change ada --role admin
              runbook user remove ada
            """,
        subcommands: [List.self, Add.self, Change.self, Remove.self, ResetPassword.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Lists the people.",
            discussion: """
                  runbook user list
                """
        )

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let list = try await client.items { .api("users", query: ["limit": $0, "after": $1]) }
                guard !format.json else { return try Output.data.json(list) }
                var table = Table("NAME", "ROLE", "AUTHOR", "STATE", "CREATED", "ID")
                for item in list.items {
                    let person = try item.decoded(as: Person.self)
                    table.add(
                        person.name, person.role, person.author ? "yes" : "no", person.disabled ? "disabled" : "active",
                        Wording.moment(person.created), person.id)
                }
                try table.print(to: .data)
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Adds somebody.",
            discussion: """
                  runbook user add ada --role operator
                  pass show runbook/ada | runbook user add ada --role viewer --password-stdin
                """
        )

        @Argument(help: "The name to sign in with.")
        var name: String

        @Option(help: "admin, operator or viewer.")
        var role: Role

        @Flag(help: "May import and change runbooks.")
        var author = false

        @OptionGroup var password: PasswordOptions
        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            let password = try password.new(for: name)
            try await server.withClient { client in
                let person = try await client.write(
                    .post, .api("users"),
                    PersonRequest(name: name, password: password, role: role.rawValue, author: author ? true : nil),
                    as: JSONValue.self)
                try UserCommand.tell(person, "may sign in now", format)
            }
        }
    }

    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "change",
            abstract: "Changes what somebody may do, or their password.",
            discussion: """
                  runbook user change ada --role viewer --no-author
                  runbook user change ada --password
                  runbook user change ada --enable
                """
        )

        enum Access: String, EnumerableFlag {
            case enable, disable
        }

        @Argument(help: "Whom: the name.")
        var name: String

        @Option(help: "admin, operator or viewer.")
        var role: Role?

        @Flag(inversion: .prefixedNo, help: "May import and change runbooks.")
        var author: Bool?

        @Flag(help: "Let them sign in, or not.")
        var access: Access?

        @Flag(name: .customLong("password"), help: "Ask for a new password.")
        var changesPassword = false

        @OptionGroup var password: PasswordOptions
        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard role != nil || author != nil || access != nil || changesPassword || password.passwordStdin else {
                throw ValidationError("Say what to change: --role, --author, --enable, --disable or --password.")
            }
        }

        func run() async throws {
            let new = changesPassword || password.passwordStdin ? try password.new(for: name) : nil
            try await server.withClient { client in
                let person = try await UserCommand.change(
                    name,
                    PersonChange(
                        role: role?.rawValue, author: author, disabled: access.map { $0 == .disable }, password: new),
                    on: client)
                try UserCommand.tell(person, "is changed", format)
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract: "Takes somebody's access away; what they did stays on the record.",
            discussion: """
                  runbook user remove ada
                """
        )

        @Argument(help: "Whom: the name.")
        var name: String

        @OptionGroup var server: ServerOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await server.withClient { client in
                let person = try await UserCommand.change(name, PersonChange(disabled: true), on: client)
                try UserCommand.tell(person, "may not sign in any more", format)
            }
        }
    }

    struct ResetPassword: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reset-password",
            abstract: "Gives somebody a new password, by the data folder, without signing in.",
            discussion: """
                For whoever is at the server itself, when nobody can sign in any more.

                  runbook user reset-password ada --data ./data
                """
        )

        @Argument(help: "Whose: the name.")
        var name: String

        @Option(help: ArgumentHelp("The server's data folder.", valueName: "folder"), completion: .directory)
        var data: String

        @OptionGroup var password: PasswordOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await resetPassword(name: name, folder: data, password: try password.new(for: name))
            guard !format.json else { return try Output.data.json(["name": .string(name), "reset": true]) }
            try Output.talk.say("runbook: \(name) signs in with the new password now")
        }
    }

    /// Finds somebody by name and changes them.
    private static func change(_ name: String, _ change: PersonChange, on client: Client) async throws -> JSONValue {
        let people = try await client.items { .api("users", query: ["limit": $0, "after": $1]) }
        guard let id = people.items.first(where: { $0["name"]?.string == name })?["id"]?.string else {
            throw Problem.notFound("There is nobody called \(name): see `runbook user list`.")
        }
        return try await client.write(.patch, .api("users", id), change)
    }

    private static func tell(_ person: JSONValue, _ what: String, _ format: FormatOptions) throws {
        guard !format.json else { return try Output.data.json(person) }
        try Output.talk.say("runbook: \(person["name"]?.string ?? "?") \(what)")
    }
}

extension Role: ExpressibleByArgument {}
