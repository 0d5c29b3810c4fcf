import API
import Essentials
import Executions
import Synchronization

/// What one viewer of a run has been sent, and what comes next.
final class RunStream: Sendable {
    private let run: ID<RunRecord>
    private let executions: Executions
    private let principal: Principal
    private let last: Mutex<Int>
    /// The number of the latest news; nil before the first.
    private let latest = Mutex<Int?>(nil)
    private let steps = Mutex<[String: StepRecord]>([:])

    init(run: ID<RunRecord>, after: Int, executions: Executions, by principal: Principal) {
        self.run = run
        self.executions = executions
        self.principal = principal
        last = Mutex(after)
    }

    /// - Returns: false once the run has settled and all of it was sent.
    func write(_ numbered: NumberedNews?, to events: inout EventStream) async throws -> Bool {
        guard let numbered, followsLatest(numbered) else { return try await writeAll(to: &events) }
        switch numbered.news {
        case .step(let step):
            try await send([step], to: &events)
            return true
        case .output(let row):
            let expected = last.withLock { $0 + 1 }
            if row.n == expected {
                try await send(row, to: &events)
            } else if row.n > expected {
                try await catchUp(&events)
            }
            return true
        case .run(let record):
            if record.state.isSettled { try await catchUp(&events) }
            try await send(record, to: &events)
            return !record.state.isSettled
        }
    }

    /// False for news after some that this viewer was too slow for.
    private func followsLatest(_ numbered: NumberedNews) -> Bool {
        latest.withLock { latest in
            defer { latest = numbered.number }
            return latest == nil || latest == numbered.number - 1
        }
    }

    /// The run as it is, and the output that was not sent.
    private func writeAll(to events: inout EventStream) async throws -> Bool {
        let record = try await executions.run(run, by: principal)
        // The settled state comes last, for it is what clients leave at.
        if record.state.isSettled { try await catchUp(&events) }
        try await send(record, to: &events)
        if record.state.isSettled { return false }
        try await catchUp(&events)
        return true
    }

    private func catchUp(_ events: inout EventStream) async throws {
        while true {
            let after = last.withLock { $0 }
            let rows = try await executions.output(run, after: after, limit: 100, by: principal)
            for row in rows { try await send(row, to: &events) }
            if rows.count < 100 { return }
        }
    }

    private func send(_ row: OutputRow, to events: inout EventStream) async throws {
        try await events.send("output", id: String(row.n), data: OutputChunk(row))
        last.withLock { $0 = row.n }
    }

    /// The steps that changed, then the run.
    private func send(_ record: RunRecord, to events: inout EventStream) async throws {
        try await send(record.steps, to: &events)
        try await events.send(
            "run", id: last.withLock { String($0) },
            data: Run(record, waitsFor: try await executions.waitsFor(record, by: principal)))
    }

    /// Those that this viewer has not seen so.
    private func send(_ records: [StepRecord], to events: inout EventStream) async throws {
        let id = last.withLock { String($0) }
        let changed = steps.withLock { known in
            let changed = records.filter { known[$0.id] != $0 }
            for step in changed { known[step.id] = step }
            return changed
        }
        for step in changed { try await events.send("step", id: id, data: RunStep(step)) }
    }
}
