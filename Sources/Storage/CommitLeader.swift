import Dispatch
import Essentials
import GRDB
import Glibc
import Synchronization

/// Commits the changes that arrive together in one transaction, and answers each caller after the COMMIT.
///
/// A FULL commit costs an fsync; while one is on its way, others queue up and share the next. Each change stands in a
/// savepoint of its own, so that one that fails takes nothing with it. The leader runs outside the callers' tasks, for
/// GRDB interrupts a connection whose task is cancelled, and with it everybody else's change.
final class CommitLeader: Sendable {
    private struct Queue {
        var waiting: [Change] = []
        /// Changes that nobody waits for, by name.
        var riders: [String: Change] = [:]
        var isLeading = false
        /// Riders have waited for long enough.
        var isDue = false
        var isTimed = false
        /// Something may be committed that the index of words does not have yet; until a look has said else.
        var hasSearchBacklog = true
        var isSearchTimed = false
        var feeds: [SearchFeed] = []

        /// What the next commit carries; nothing when there is nothing to lead.
        mutating func next() -> [Change] {
            let changes = isDue ? waiting + riders.values : waiting
            waiting = []
            if isDue { riders = [:] }
            isDue = false
            isLeading = !changes.isEmpty
            return changes
        }
    }

    /// How long a rider waits, and what is to be found for the index.
    private static let patience = DispatchTimeInterval.seconds(1)
    /// How long a change is waited for that is expected: longer than a request takes to be read and understood.
    private static let expectation = Duration.microseconds(300)

    private let pool: DatabasePool
    private let explainer: Explainer?
    private let queue = Mutex(Queue())
    /// What was expected has come.
    private let hasArrived = Atomic(false)
    private let thread = DispatchQueue(label: "runbook.commit", qos: .userInitiated)

    init(pool: DatabasePool, explainer: Explainer?) {
        self.pool = pool
        self.explainer = explainer
    }

    func commit<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        let pending = PendingValue<Value>()
        return try await pending.value(foreseen: false) { enqueue(Change(body, pending)) }
    }

    /// The same; what the caller makes of the value is made while the disk is at work.
    func commit<Value: Sendable, Answer: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value, preparing: (Value) throws -> Answer,
        withholding: Withholding?
    ) async throws -> Answer {
        let pending = PendingValue<Value>()
        let value = try await pending.value(foreseen: true) { enqueue(Change(body, pending)) }
        let answer = Result { try preparing(value) }
        if let withholding, case .success(let made) = answer, pending.release(withholding) { return made }
        try await pending.durable()
        return try answer.get()
    }

    private func enqueue(_ change: Change) {
        let mustLead = queue.withLock { queue in
            queue.waiting.append(change)
            hasArrived.store(true, ordering: .releasing)
            defer { queue.isLeading = true }
            return !queue.isLeading
        }
        if mustLead { thread.async { self.lead() } }
    }

    /// Makes ready for a change that will come at once, as soon as it is known that somebody asks for one: a thread that sleeps takes
    /// as long to come (decision 0025). Where none comes, nothing has happened.
    func expect() {
        let mustLead = queue.withLock { queue in
            guard !queue.isLeading else { return false }
            hasArrived.store(false, ordering: .relaxed)
            queue.isLeading = true
            return true
        }
        guard mustLead else { return }
        thread.async {
            self.commit { self.awaited() }
            self.lead()
        }
    }

    private func awaited() -> [Change] {
        let end = ContinuousClock.now + Self.expectation
        while !hasArrived.load(ordering: .acquiring), ContinuousClock.now < end { sched_yield() }
        return queue.withLock { $0.next() }
    }

    /// Makes a change within a second or so, together with what else is to be committed then; nobody waits for it, and of
    /// those under one name that come meanwhile only the last is made. Each page that a commit writes costs 15 µs, which
    /// a place that moves with every event would cost every one of them.
    func ride(_ name: String, _ body: @escaping @Sendable (Transaction) throws -> Void) {
        let mustWait = queue.withLock { queue in
            queue.riders[name] = Change(riding: body)
            defer { queue.isTimed = true }
            return !queue.isTimed
        }
        if mustWait { thread.asyncAfter(deadline: .now() + Self.patience) { self.arrive() } }
    }

    /// Carries out what rides; returns when nothing does any more.
    func settle() { thread.sync { arrive() } }

    /// On the thread of the commits, so that nobody leads meanwhile.
    private func arrive() {
        let isAny = queue.withLock { queue in
            queue.isTimed = false
            queue.isDue = !queue.riders.isEmpty
            return queue.isDue
        }
        if isAny { lead() }
    }

    /// From now on what it tells of is taken up too, and what it told of before this program began.
    func feed(_ feed: SearchFeed) {
        queue.withLock { queue in
            queue.feeds.removeAll { $0.cursor == feed.cursor }
            queue.feeds.append(feed)
            queue.hasSearchBacklog = true
        }
    }

    /// Whether a search has to wait for `absorbSearchBacklog`.
    var hasSearchBacklog: Bool { queue.withLock(\.hasSearchBacklog) }

    /// Takes up all that is to be found and was committed before.
    func absorbSearchBacklog() async throws {
        while try await commit({ try self.absorb(in: $0, goingOn: false) }) {}
    }

    /// Takes it up beside the others' commits, a while after the first of it, so that the index takes up much at once; what
    /// is too much for once soon after, behind the changes that came meanwhile.
    func absorbSearchBacklog(after pause: DispatchTimeInterval = patience) {
        let mustWait = queue.withLock { queue in
            queue.hasSearchBacklog = true
            defer { queue.isSearchTimed = true }
            return !queue.isSearchTimed
        }
        guard mustWait else { return }
        thread.asyncAfter(deadline: .now() + pause) { [weak self] in
            guard let self else { return }
            queue.withLock { $0.isSearchTimed = false }
            commit { [Change(riding: absorbPart)] }
        }
    }

    private func absorbPart(_ transaction: Transaction) throws { _ = try absorb(in: transaction, goingOn: true) }

    private func absorb(in transaction: Transaction, goingOn: Bool) throws -> Bool {
        let feeds = queue.withLock(\.feeds)
        var backlog = try SearchBacklog(feeds, in: transaction)
        let isMore = try backlog.takeUp()
        transaction.afterCommit { [weak self] in
            if !isMore {
                // What a feed tells that has come meanwhile was not looked at.
                self?.queue.withLock { queue in
                    if queue.feeds.count == feeds.count { queue.hasSearchBacklog = false }
                }
            } else if goingOn {
                self?.absorbSearchBacklog(after: .milliseconds(20))
            }
        }
        return isMore
    }

    private func lead() {
        while true {
            let changes = queue.withLock { $0.next() }
            if changes.isEmpty { return }
            commit { changes }
        }
    }

    /// - Parameter next: asked once, when the transaction has begun, for what it is to carry.
    private func commit(_ next: () -> [Change]) {
        var taken: [Change]?
        var outcomes: [Change.Outcome] = []
        do {
            let transaction = try pool.writeWithoutTransaction { connection in
                try connection.cachedStatement(sql: "BEGIN IMMEDIATE").execute()
                let transaction = Transaction(connection, explainer: explainer)
                do {
                    let changes = next()
                    taken = changes
                    for change in changes {
                        outcomes.append(change.perform(transaction, changes.count == 1))
                        if !connection.isInsideTransaction { throw outcomes.last?.error ?? CancellationError() }
                    }
                    // Nothing to keep: a single change that failed has no savepoint of its own.
                    if changes.isEmpty || changes.count == 1 && outcomes[0].error != nil {
                        try connection.execute(sql: "ROLLBACK")
                    } else {
                        // Where several are committed, their callers would only be woken twice.
                        let lone = changes.count == 1 ? changes.first : nil
                        try LogSync.commit(on: connection) { lone?.show() }
                    }
                } catch {
                    if connection.isInsideTransaction { try connection.execute(sql: "ROLLBACK") }
                    throw error
                }
                return transaction
            }
            if outcomes.contains(where: { $0.error == nil }) { for act in transaction.afterCommit { act() } }
            if transaction.hasSearchBacklog { absorbSearchBacklog() }
            for (change, outcome) in zip(taken ?? [], outcomes) { change.answer(outcome.error) }
        } catch {
            for change in taken ?? next() { change.answer(error) }
        }
    }
}

/// SQLite's errors that a person can do something about, as problems.
func translated(_ error: any Error) -> any Error {
    guard let error = error as? DatabaseError else { return error }
    return switch error.resultCode {
    case .SQLITE_FULL:
        Problem.unavailable("The disk is full: nothing was changed. Make room where the data folder is and try again.")
    case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
        Problem.unavailable("The database can't be written: check the data folder's owner and permissions.")
    case .SQLITE_IOERR:
        Problem.unavailable("The disk reported an error: nothing was changed. Check the data folder's disk.")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
        Problem.unavailable("Another program holds the database; nothing was changed. Try again.")
    default: error
    }
}
