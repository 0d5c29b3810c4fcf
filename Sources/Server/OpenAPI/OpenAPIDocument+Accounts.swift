import Essentials
import HTTPTypes

extension OpenAPIDocument {
    static let accounts = Subject(
        name: "accounts", description: "Who may come in, and as what: sessions, people, tokens.",
        operations: [
            signIn, signOut, getMe, listPeople, addPerson, changePerson, listTokens, addToken, revokeToken,
        ], schemas: accountSchemas)

    private static let signIn = Operation(
        method: .post, path: "/session", id: "signIn", summary: "Starts a session.",
        details:
            "Programs do better with a token. A form is answered as a browser wants it; its problems too, unless `Accept` asks for JSON.",
        access: .open,
        body: Operation.Body(
            content: [
                "application/json": .ref("SignInRequest"), "application/x-www-form-urlencoded": .ref("SignInForm"),
            ]),
        answers: [
            Operation.Answer(
                status: 201, description: "The session, to a program.",
                content: ["application/json": .ref("SessionAnswer")], headers: ["Set-Cookie": cookie]),
            Operation.Answer(
                status: 303, description: "The session, to a browser.",
                headers: ["Set-Cookie": cookie, "Location": "The form's `next`, when it is a path of this server."]),
        ], problems: [400, 401, 429, 503])

    private static let cookie = "`\(Gate.cookie)`, for 14 days, HttpOnly, SameSite=Lax, and with TLS Secure."

    private static let signOut = Operation(
        method: .delete, path: "/session", id: "signOut", summary: "Ends the session that the cookie names.",
        details: "Refused with a token, which is revoked instead.", access: .signedIn,
        answers: [
            Operation.Answer(
                status: 204, description: "It has ended.",
                headers: ["Set-Cookie": "`\(Gate.cookie)`, empty and expired."])
        ])

    private static let getMe = Operation(
        method: .get, path: "/api/v1/me", id: "getMe", summary: "Answers who is asking, and with which permissions.",
        access: .signedIn, answers: [.json(.ref("Me"), "Who is asking.")])

    private static let listPeople = Operation(
        method: .get, path: "/api/v1/users", id: "listPeople", summary: "Lists people, in the order they were added.",
        access: .permitted(.admin), parameters: Operation.Parameter.page(),
        answers: [.json(.page(of: "Person"), "People.")])

    private static let addPerson = Operation(
        method: .post, path: "/api/v1/users", id: "addPerson", summary: "Adds a person.", access: .permitted(.admin),
        body: .json("PersonRequest"), answers: [.created("Person", "The person.")])

    private static let changePerson = Operation(
        method: .patch, path: "/api/v1/users/{id}", id: "changePerson", summary: "Changes a person.",
        details: """
            What is left out stays. A new password, or being disabled, ends the person's sessions. The last admin stays one.
            """,
        access: .permitted(.admin), parameters: [.path("id", "The person's id.")], body: .json("PersonChange"),
        answers: [.json(.ref("Person"), "The person.")], problems: [404])

    private static let listTokens = Operation(
        method: .get, path: "/api/v1/tokens", id: "listTokens", summary: "Lists one's own tokens, the newest first.",
        access: .permitted(.read),
        parameters: [
            .query(
                "all", "`true`: everybody's tokens, for which the permission `admin` is needed.",
                .oneOf(["true", "false"]))
        ] + Operation.Parameter.page(),
        answers: [.json(.page(of: "Token"), "Tokens.")])

    private static let addToken = Operation(
        method: .post, path: "/api/v1/tokens", id: "addToken", summary: "Makes a token in one's own name.",
        details:
            "The secret is not kept: a second request with the same Idempotency-Key makes nothing and is answered 409.",
        access: .permitted(.read), body: .json("TokenRequest"),
        answers: [.created("NewToken", "The token, with its secret for the only time.")])

    private static let revokeToken = Operation(
        method: .delete, path: "/api/v1/tokens/{id}", id: "revokeToken", summary: "Revokes a token.",
        details: """
            One's own with the permission `read`; with `admin`, anybody's; and any token itself. Doing it again changes nothing.
            """,
        access: .signedIn, parameters: [.path("id", "The token's id.")],
        answers: [.noContent("It works no longer.")], problems: [404])

    private static let accountSchemas: KeyValuePairs<String, Schema> = [
        "SignInRequest": .object("Who signs in.", ["name": .text(), "password": .text()]),
        "SignInForm": .object(
            "Who signs in, from a page.", ["name": .text(), "password": .text()],
            optional: ["next": .text("A path of this server to go to afterwards.")]),
        "SessionAnswer": .object(
            "A session; the cookie is in the header.",
            [
                "person": .ref("Person"), "csrf": .text("To be sent as `X-CSRF-Token` with each write."),
                "expires": .moment("When it ends by itself."),
            ]),
        "Person": .object(
            "Somebody who may sign in.",
            [
                "id": .text(), "name": .text(), "role": .oneOf(Role.self),
                "author": .flag("Whether they may import and change runbooks; admins may anyway."),
                "disabled": .flag("Whether they are kept out."), "created": .moment("When they were added."),
            ]),
        "PersonRequest": .object(
            "A person to add.",
            [
                "name": .text("1 to 100 characters."), "password": .text("At least 12 characters."),
                "role": .oneOf(Role.self),
            ],
            optional: ["author": .flag("Whether they may import and change runbooks.")]),
        "PersonChange": .object(
            "What to change of a person.", [:],
            optional: [
                "role": .oneOf(Role.self), "author": .flag("Whether they may import and change runbooks."),
                "disabled": .flag("Whether they are kept out."), "password": .text("At least 12 characters."),
            ]),
        "Token": .object(
            "A program's way in.",
            [
                "id": .text(), "name": .text(), "scopes": .list(of: .oneOf(Permission.self)),
                "created": .moment("When it was made."),
            ],
            optional: [
                "person": .text("The name of its owner; absent for the bootstrap token."),
                "expires": .moment("When it ends by itself."), "revoked": .moment("When it was revoked."),
            ]),
        "TokenRequest": .object(
            "A token to make.",
            [
                "name": .text("1 to 100 characters."),
                "scopes": .list(of: .oneOf(Permission.self), "At least one, and none that the maker has not."),
            ],
            optional: ["expires": .moment("Without it, the token lasts until it is revoked.")]),
        "NewToken": .object(
            "A token with its secret, which is shown once.",
            ["token": .ref("Token"), "secret": .text("`runbook_` and 43 characters.")]),
        "Me": .object(
            "Who is asking.", ["actor": .ref("Actor"), "permissions": .list(of: .oneOf(Permission.self))]),
    ]
}
