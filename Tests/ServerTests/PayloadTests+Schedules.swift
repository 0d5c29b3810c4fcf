import API

extension PayloadTests {
    static let schedules: [Sample] = {
        let firing = { (text: String?) in
            Schedule.Firing(due: time, at: time, outcome: "started", object: text, reason: text)
        }
        let schedule = { (text: String?) in
            Schedule(
                id: "1", runbook: "a", section: text, starts: "run", cron: "0 2 * * *", timezone: "UTC",
                missed: "once", overlap: "skip", parameters: ["A": "b"], declared: true, paused: false,
                due: text.map { _ in time }, created: time, by: "Ada", next: text.map { _ in [time] },
                firings: text.map { [firing($0)] })
        }
        return [
            Sample(schema: "Schedule", full: schedule("b"), bare: schedule(nil)),
            Sample(schema: "ScheduleFiring", full: firing("run/1"), bare: firing(nil)),
            Sample(
                schema: "ScheduleRequest",
                full: ScheduleRequest(
                    runbook: "a", cron: "@daily", timezone: "UTC", section: "b", starts: "run", missed: "all",
                    overlap: "allow", parameters: ["A": "b"]), bare: ScheduleRequest(runbook: "a", cron: "@daily")),
        ]
    }()
}
