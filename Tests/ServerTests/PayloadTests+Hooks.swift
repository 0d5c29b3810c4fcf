import API

extension PayloadTests {
    static let hooks: [Sample] = {
        let delivery = { (text: String?) in
            Hook.Delivery(message: "1", at: time, outcome: "started", run: text, reason: text)
        }
        let hook = { (text: String?) in
            Hook(
                name: "a", runbook: "b", section: text, parameters: ["A": "b"], pointers: ["B": "/c"], paused: false,
                created: time, by: "Ada", former_secret_until: text.map { _ in time },
                deliveries: text.map { [delivery($0)] })
        }
        return [
            Sample(schema: "Hook", full: hook("b"), bare: hook(nil)),
            Sample(schema: "HookDelivery", full: delivery("1"), bare: delivery(nil)),
            Sample(
                schema: "NewHook", full: NewHook(hook: hook("b"), secret: "whsec_"),
                bare: NewHook(hook: hook(nil), secret: "whsec_")),
            Sample(
                schema: "HookRequest",
                full: HookRequest(
                    name: "a", runbook: "b", section: "c", parameters: ["A": "b"], pointers: ["B": "/c"]),
                bare: HookRequest(name: "a", runbook: "b")),
        ]
    }()
}
