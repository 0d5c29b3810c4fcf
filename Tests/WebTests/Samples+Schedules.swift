import API
import Essentials
import RunbookFormat
import Schedules

@testable import Server

extension Samples {
    var schedulePages: [any WebPage] {
        [
            SchedulesPage(
                [record(), record(isPaused: true)], runbook: text("accunode.backup"), isFirst: true,
                next: text("1-2"), mayOperate: true, reader: reader),
            SchedulesPage([], runbook: nil, isFirst: true, next: nil, mayOperate: true, reader: reader),
            schedulePage(record()), schedulePage(record(isPaused: true)),
            ScheduleFormPage(
                ScheduleRequest(
                    runbook: text("accunode.backup"), cron: text("0 2 * *"), timezone: text("Europe/Istanbul"),
                    section: text("dump")), parameters: text("DAYS=30"),
                problem: .invalid(
                    text("It has four fields."),
                    fields: ["runbook", "section", "cron", "timezone", "parameters"].map {
                        .init(name: $0, message: text("as the sentence says"))
                    }), idempotencyKey: text("01j9zk4m7c0v"), reader: reader),
        ]
    }

    private func schedulePage(_ record: ScheduleRecord) -> SchedulePage {
        SchedulePage(
            record, times: record.due.map { [$0] } ?? [],
            firings: FiringRecord.Outcome.allCases.map { outcome in
                FiringRecord(
                    due: at(0), at: at(1), outcome: outcome, object: outcome == .started ? text("run/01j9zk") : nil,
                    reason: outcome == .started ? nil : text("The one before is not done yet."))
            }, mayOperate: true, reader: reader)
    }

    private func record(isPaused: Bool = false) -> ScheduleRecord {
        let declaration: ScheduleDeclaration
        do {
            declaration = try ScheduleDeclaration(
                cron: "0 2 * * *", timeZone: "Europe/Istanbul", section: text("dump"),
                parameters: [text("DAYS"): text("30")])
        } catch {
            fatalError(error.message)
        }
        return ScheduleRecord(
            id: ID(text("01j9zk4m7c0vxw5t3n8q2r6hyj")), runbook: text("accunode.backup"), declaration: declaration,
            isDeclared: false, isPaused: isPaused, due: isPaused ? nil : at(60), created: at(0),
            actorName: text("Ada Lovelace"))
    }
}
