import Essentials
import Foundation
import Journal
package import Logging
package import Processes
import RunbookFormat
import Storage
import Synchronization

/// Carries out runs: takes up what was under way when the server stopped, starts what is queued, and waits for more.
///
/// All it knows is in the database; it may be killed at any point and started again.
package final class Engine: Sendable {
    package struct Settings: Sendable {
        /// Bytes of output of an attempt; what comes after is cut off with a marker.
        package var outputLimit: Int64 = 64 << 20
        /// Between SIGTERM and SIGKILL.
        package var grace = Duration.seconds(10)
        /// The server's own environment, of which steps see a few names.
        package var environment: [String: String] = [:]
        /// The file that ssh reads instead of the user's own configuration and the machine's; nil for these.
        package var sshConfig: String?

        package init() {}
    }

    let executions: Executions
    let supervisor: Supervisor
    let settings: Settings
    let environment: StepEnvironment
    let logger: Logger
    private let occupancy = Mutex(Occupancy())
    let alarm = Alarm()
    let clock: ClockWatch

    package init(executions: Executions, supervisor: Supervisor, settings: Settings, logger: Logger) {
        self.executions = executions
        self.supervisor = supervisor
        self.settings = settings
        self.logger = logger
        environment = StepEnvironment(server: settings.environment)
        clock = ClockWatch(journal: executions.journal)
    }

    var database: Database { executions.database }

    /// Works until its task is cancelled. Then no new step starts; the processes of running steps live on, and the next
    /// start takes them up again.
    package func run() async {
        await sweep()
        executions.signals.wake()
        await withDiscardingTaskGroup { group in
            for await _ in executions.signals.wakes {
                if Task.isCancelled { break }
                await lookAtClock()
                // What falls due while the others are given workers is still to come for the alarm.
                let looked = executions.time.now()
                await keepDeadlines()
                await fill(&group)
                await tellWaiting()
                await setAlarm(for: looked, &group)
            }
            group.cancelAll()
        }
    }

    /// Gives a worker to each run that may have one now.
    private func fill(_ group: inout DiscardingTaskGroup) async {
        while !Task.isCancelled {
            let admitted: [Admission.Candidate]
            do {
                let turn: Int
                let looked = ContinuousClock.now
                (admitted, turn) = try await executions.admit(beside: occupancy.withLock { $0 })
                if !admitted.isEmpty { executions.tally.decided(within: ContinuousClock.now - looked) }
                occupancy.withLock { occupancy in
                    occupancy.turn = turn
                    for run in admitted { occupancy.held[run.id] = run }
                }
            } catch {
                logger.error("The queue can't be read", metadata: ["error": "\(error)"])
                return
            }
            guard !admitted.isEmpty else { return }
            for run in admitted {
                group.addTask {
                    await self.drive(run.id)
                    let isLast = self.occupancy.withLock { occupancy in
                        occupancy.held.removeValue(forKey: run.id)
                        return occupancy.held.isEmpty
                    }
                    if isLast { self.supervisor.dismissSpare() }
                    // There is room now; and the run may have been resumed in the meantime.
                    self.executions.signals.wake()
                }
            }
        }
    }

    /// Whoever watches a run in the queue sees why it waits now.
    private func tellWaiting() async {
        let watched = executions.feed.watched
        guard !watched.isEmpty else { return }
        do {
            for run in try await database.read({ try Executions.stillQueued(watched, in: $0) }) { tell(run) }
        } catch {
            // The queue goes on; who watches sees it with the next news.
            logger.warning("Why runs wait can't be read", metadata: ["error": "\(error)"])
        }
    }

    /// Takes a run from where it stands to where it settles or waits.
    private func drive(_ id: ID<RunRecord>) async {
        var logger = logger
        logger[metadataKey: "run"] = "\(id)"
        do {
            // What an earlier cancellation left behind is forgotten before the record is read: one that comes now is on it.
            executions.signals.forget(id)
            let work = try await RunWork(id, of: executions)
            if work.cancellation != .none { executions.signals.stop(id, work.cancellation) }
            let last = work.isPlain ? try await driveInOrder(work, logger) : try await driveGraph(work, logger)
            executions.signals.forget(id)
            if let parent = work.parent { executions.signals.tell(parent) }
            // What a failed run left in its workspace is wanted by whoever looks into it, or resumes it.
            if last.settled == .succeeded { removeWorkspace(of: id) }
        } catch is CancellationError {
            return
        } catch {
            // An access that the server's end cut short is no reason to give the run up.
            if Task.isCancelled { return }
            logger.error("A run can't go on", metadata: ["error": "\(error)"])
            await giveUp(id, because: error, logger)
        }
    }

    /// Carries out a run whose steps run one after the other, to where it settles.
    private func driveInOrder(_ work: RunWork, _ logger: Logger) async throws -> Advance {
        var finished: FinishedAttempt?
        if let start = try await work.attemptsUnderWay().first { finished = try await takeUp(start, of: work) }
        while true {
            try Task.checkCancellation()
            let advance = try await persistently(logger) { [finished] in try await self.advance(work, finished) }
            // While the next step runs: it waits for nothing here.
            async let removal: Void = remove(finished)
            guard let next = advance.starts.first else {
                await removal
                await tell(advance, of: work.id)
                return advance
            }
            let ended = try await perform(next, of: work, announcing: advance)
            await removal
            finished = ended
        }
    }

    /// An attempt that was under way when the server stopped, seen to its end.
    func takeUp(_ start: StepStart, of work: RunWork) async throws -> FinishedAttempt {
        if start.step.kind == .http { return try await lost(start, of: work) }
        let attempt = try await supervisor.adopt(folder: start.files.attempt, attempt: start.attempt.rawValue)
        let finished = try await persistently(logger) { try await self.follow(attempt, start, of: work) }
        guard finished.ending?.outcome == .neverStarted else { return finished }
        return try await performAgain(start, of: work)
    }

    /// What provably did not run begins now, in a folder that no late shim knows.
    private func performAgain(_ start: StepStart, of work: RunWork) async throws -> FinishedAttempt {
        let again = try await persistently(logger) { try await work.launchAgain(start) }
        start.files.removeAttempt()
        return try await perform(again, of: work)
    }

    /// - Parameter advance: what those who watch are told as soon as the step's own process is on its way, so that the
    ///   step does not wait for it, and before any of its output.
    func perform(
        _ start: StepStart, of work: RunWork, announcing advance: Advance? = nil
    ) async throws -> FinishedAttempt {
        if start.step.kind == .http { return try await ask(start, of: work, announcing: advance) }
        StopPoints.reached("after-commit", folder: database.folder)
        let attempt: Attempt
        do {
            attempt = try await persistently(logger) {
                try start.files.prepare()
                return try await self.supervisor.start(
                    self.launch(start, of: work), isFollowed: start.position < work.guide.steps.count)
            }
        } catch let problem as Problem {
            if let advance { await tell(advance, of: work.id) }
            return FinishedAttempt(start: start, ending: nil, reason: problem.description)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            if let advance { await tell(advance, of: work.id) }
            return FinishedAttempt(start: start, ending: nil, reason: "The step could not be started: \(error).")
        }
        if let advance { await tell(advance, of: work.id) }
        let finished = try await persistently(logger) { try await self.follow(attempt, start, of: work) }
        guard case .couldNotStart(let code, let sentence)? = finished.ending?.outcome, FullDisk.codes.contains(code)
        else {
            return finished
        }
        try await wait(because: sentence, logger)
        return try await performAgain(start, of: work)
    }

    private func launch(_ start: StepStart, of work: RunWork) throws -> Launch {
        let step = start.step
        if let host = step.host { return launch(start, of: work, on: host) }
        var directory = start.files.workspace
        if let wanted = step.settings.workingDirectory {
            directory = wanted.hasPrefix("/") ? wanted : "\(start.files.workspace)/\(wanted)"
        }
        return Launch(
            attempt: start.attempt.rawValue, folder: start.files.attempt,
            arguments: step.interpreter + [start.files.script],
            environment: environment.values(
                run: work.id, step: step, files: start.files, declared: work.guide.metadata.environment,
                handedOn: start.handedOn,
                parameters: work.parameters.merging(step.answers(among: work.placeholders)) { $1 }),
            workingDirectory: directory, timeout: timeout(of: start, in: work), grace: settings.grace,
            outputLimit: settings.outputLimit,
            files: ["script": Array(work.script(of: step).utf8), "output": [], "environment": []])
    }

    /// The step's own, or what is left of the run's; of the run's nothing may be left for what cleans up.
    func timeout(of start: StepStart, in work: RunWork) -> Duration? {
        let step = start.step
        if case .time(let time)? = step.settings.until {
            return timeout(step.timeout.map { min($0, time) } ?? time, of: start, in: work)
        }
        return timeout(step.timeout, of: start, in: work)
    }

    private func timeout(_ own: Duration?, of start: StepStart, in work: RunWork) -> Duration? {
        guard let whole = work.guide.metadata.timeout, !start.step.settings.isAlways else { return own }
        let left = max(.seconds(1), whole - work.age(of: start, at: executions.time.now()))
        return own.map { min($0, left) } ?? left
    }

    /// Takes in the output of an attempt as it comes, and its ending.
    private func follow(_ attempt: Attempt, _ start: StepStart, of work: RunWork) async throws -> FinishedAttempt {
        executions.signals.began(start.attempt, of: work.id, always: start.step.settings.isAlways) { attempt.stop() }
        defer { executions.signals.ended(start.attempt, of: work.id) }
        do {
            return try await takeIn(attempt, start, of: work)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            // Nothing of it may go on behind a record that says that nobody knows.
            attempt.stop()
            throw error
        }
    }

    private func takeIn(_ attempt: Attempt, _ start: StepStart, of work: RunWork) async throws -> FinishedAttempt {
        var intake = try await OutputIntake(start, of: work, executions: executions)
        var watch = UntilWatch(start.step.settings.until)
        for try await frames in attempt.output() {
            try await store(intake.take(frames), by: &intake)
            guard watch?.take(frames) == true else { continue }
            if start.step.settings.isBackground {
                try await noteReady(start, of: work)
            } else {
                attempt.stop()
            }
        }
        let ending = try await attempt.ending
        try await store(intake.finish(at: executions.time.now()), by: &intake)
        return FinishedAttempt(
            start: start, ending: ending, reason: nil, digest: intake.digest, isMet: watch?.isMet ?? false,
            host: start.step.item.flatMap { item in
                start.step.host.map { _ in HostEnd(host: item, folder: start.files.attempt) }
            })
    }

    func store(_ chunks: [Chunk], by intake: inout OutputIntake) async throws {
        guard !chunks.isEmpty else { return }
        intake.stored(try await persistently(logger) { [intake] in try await intake.store(chunks) })
    }

    /// Tries a change until it is made: a full disk is no reason to lose the end of a step. What it would record stands in
    /// the shim's own files until then.
    func persistently<Value: Sendable>(
        _ logger: Logger, _ change: @Sendable () async throws -> Value
    ) async throws -> Value {
        while true {
            do {
                return try await change()
            } catch let problem as Problem where problem.code == .unavailable {
                try await wait(because: problem.message, logger)
            } catch  where FullDisk.isCause(of: error) {
                try await wait(because: "\(error)", logger)
            }
        }
    }

    private func wait(because reason: String, _ logger: Logger) async throws {
        logger.error("Not done yet, trying again in a second", metadata: ["problem": "\(reason)"])
        try await Task.sleep(for: .seconds(1))
    }

    private func remove(_ finished: FinishedAttempt?) async { finished?.files.removeAttempt() }

    private func removeWorkspace(of run: ID<RunRecord>) {
        do {
            try FileManager.default.removeItem(atPath: StepFiles.folder(of: run, in: database.folder))
        } catch CocoaError.fileNoSuchFile {
            return
        } catch {
            logger.warning("A workspace could not be removed", metadata: ["run": "\(run)", "error": "\(error)"])
        }
    }

    func tell(_ run: RunRecord) { executions.feed.tell(run.id, .run(run)) }

    /// The run's own record can't be carried on: it is left to a person, and says why.
    private func giveUp(_ id: ID<RunRecord>, because error: any Error, _ logger: Logger) async {
        let reason = (error as? Problem)?.message ?? "An internal error stopped the run; the server's log says which."
        do {
            tell(try await persistently(logger) { try await self.executions.interrupt(id, reason: reason) })
        } catch {
            logger.error("A run can't be interrupted", metadata: ["error": "\(error)"])
            // It is still in the queue and would be taken up again at once, for ever. Only a cancelled task wakes earlier,
            // and then nothing is taken up.
            try? await Task.sleep(for: .seconds(10))
        }
    }
}
