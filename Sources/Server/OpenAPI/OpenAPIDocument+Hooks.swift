import Essentials
import HTTPTypes
import Hooks

extension OpenAPIDocument {
    static let hooks = Subject(
        name: "hooks", description: "What programs elsewhere may start with a signed message.",
        operations: [
            listHooks, addHook, getHook, receiveHookMessage, removeHook, pauseHook, resumeHook, renewHookSecret,
        ],
        schemas: hookSchemas)

    private static let name = Operation.Parameter.path("name", "The hook's name.")

    private static let listHooks = Operation(
        method: .get, path: "/api/v1/hooks", id: "listHooks", summary: "Lists hooks, by name.",
        access: .permitted(.read),
        parameters: [.query("runbook", "Only those of this runbook.")] + Operation.Parameter.page(),
        answers: [.json(.page(of: "Hook"), "Hooks.")])

    private static let addHook = Operation(
        method: .post, path: "/api/v1/hooks", id: "addHook", summary: "Adds a hook.",
        details: "The answer has the secret that signs its messages, this once.", access: .permitted(.admin),
        body: .json("HookRequest"), answers: [.created("NewHook", "The hook and its secret.")], problems: [404])

    private static let getHook = Operation(
        method: .get, path: "/api/v1/hooks/{name}", id: "getHook",
        summary: "Answers a hook, and what came of its messages.", access: .permitted(.read), parameters: [name],
        answers: [.json(.ref("Hook"), "The hook.")], problems: [404])

    private static let receiveHookMessage = Operation(
        method: .post, path: "/api/v1/hooks/{name}", id: "receiveHookMessage",
        summary: "Takes in a signed message, and starts what the hook says.",
        details: """
            The message is signed as Standard Webhooks says: HMAC-SHA256 over `ID.TIMESTAMP.BODY`, at most 300 s off. It \
            starts one run: when the sender sends it again, signed anew under the same id, the answer is that run; the very \
            same message once more is refused with 409. No token is needed.
            """,
        access: .open,
        parameters: [
            name,
            .header("webhook-id", "The sender's id of the message.", isRequired: true),
            .header("webhook-timestamp", "When it was signed: seconds since 1970.", isRequired: true),
            .header(
                "webhook-signature", "`v1,` and the code in base64; more of them with spaces between.", isRequired: true
            ),
        ],
        body: .init(isRequired: false, content: ["application/json": .anything("Whatever the sender says.")]),
        answers: [
            .created("HookDelivery", "The run was started."),
            .json(.ref("HookDelivery"), "The message had started this run before."),
        ], problems: [401, 404, 409, 429, 503])

    private static let removeHook = Operation(
        method: .delete, path: "/api/v1/hooks/{name}", id: "removeHook", summary: "Removes a hook and its secret.",
        details: "What it has started stays.", access: .permitted(.admin), parameters: [name],
        answers: [.noContent("Its messages start nothing any more.")], problems: [404])

    private static let pauseHook = Operation(
        method: .post, path: "/api/v1/hooks/{name}/pause", id: "pauseHook", summary: "Pauses a hook.",
        details: "Its messages are refused with 409.", access: .permitted(.operate), parameters: [name],
        answers: [.json(.ref("Hook"), "The hook.")], problems: [404])

    private static let resumeHook = Operation(
        method: .post, path: "/api/v1/hooks/{name}/resumption", id: "resumeHook", summary: "Resumes a paused hook.",
        access: .permitted(.operate), parameters: [name], answers: [.json(.ref("Hook"), "The hook.")], problems: [404])

    private static let renewHookSecret = Operation(
        method: .post, path: "/api/v1/hooks/{name}/secret", id: "renewHookSecret", summary: "Makes a new secret.",
        details: "The one before it stays good for a day.", access: .permitted(.admin), parameters: [name],
        answers: [.json(.ref("NewHook"), "The hook and its secret, shown this once.")], problems: [404])

    private static let hookSchemas: KeyValuePairs<String, Schema> = [
        "Hook": .object(
            "What a program elsewhere may start with a signed message.",
            [
                "name": .text("It stands in the address."), "runbook": .text(), "parameters": parameters,
                "pointers": pointers, "paused": .flag("Its messages are refused."),
                "created": .moment("When it was added."), "by": .text("Who added it."),
            ],
            optional: [
                "section": section,
                "former_secret_until": .moment("Until when the secret before the present one is good."),
                "deliveries": .list(
                    of: .ref("HookDelivery"), "The last ones, the newest first; where one hook is asked for."),
            ]),
        "HookDelivery": .object(
            "What came of one message.",
            [
                "message": .text("The sender's id of it."), "at": .moment("When it came."),
                "outcome": .oneOf(
                    HookDelivery.Outcome.self,
                    "`repeated`: its run had started before; `refused`: it could not be started."),
            ],
            optional: ["run": .text("The run that it has started."), "reason": .text("Why it started nothing.")]),
        "HookRequest": .object(
            "A hook to add.",
            [
                "name": .text("Lower-case letters, digits, dots, dashes and underscores, 63 at most."),
                "runbook": .text("Its name."),
            ], optional: ["section": section, "parameters": parameters, "pointers": pointers]),
        "NewHook": .object(
            "A hook with its secret, which is shown this once.",
            ["hook": .ref("Hook"), "secret": .text("`whsec_` and 32 bytes in base64.")]),
    ]

    private static let section = Schema.text("A section's slug.")
    private static let parameters = Schema.map(of: .text(), "Values that are always the same; no sensitive ones.")
    private static let pointers = Schema.map(
        of: .text(), "JSON Pointers (RFC 6901) into the message's body, by the parameter's name.")
}
