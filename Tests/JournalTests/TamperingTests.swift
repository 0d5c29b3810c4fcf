import Essentials
import Journal
import Storage
import Testing

/// What somebody with the file and without the triggers may do, and what verification says to it.
struct Tampering: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let sql: String
    let seq: Int64
    let reason: String

    init(_ description: String, _ sql: String, at seq: Int64, _ reason: String) {
        testDescription = description
        self.sql = sql
        self.seq = seq
        self.reason = reason
    }

    /// The journal has seven things done, the data of 5 erased by 8.
    static let all = [
        Tampering("journal.seq", "UPDATE journal SET seq = 40 WHERE seq = 7", at: 7, "event 7 is missing"),
        Tampering("journal.seq, first", "UPDATE journal SET seq = 0 WHERE seq = 1", at: 0, "out of order"),
        Tampering("journal.prev", "UPDATE journal SET prev = zeroblob(32) WHERE seq = 4", at: 4, "does not follow"),
        Tampering(
            "journal.prev, first", "UPDATE journal SET prev = zeroblob(32) WHERE seq = 1", at: 1, "does not begin"),
        Tampering("journal.hash", "UPDATE journal SET hash = zeroblob(32) WHERE seq = 4", at: 4, "match its hash"),
        Tampering(
            "journal.hash, last", "UPDATE journal SET hash = zeroblob(32) WHERE seq = 8", at: 8, "match its hash"),
        Tampering(
            "journal.body", "UPDATE journal SET body = replace(body, '01ada', '01eve') WHERE seq = 4", at: 4,
            "match its hash"),
        Tampering("journal.body, a space", "UPDATE journal SET body = body || ' ' WHERE seq = 4", at: 4, "its hash"),
        Tampering(
            "journal.body, behind a NUL", "UPDATE journal SET body = body || char(0) || 'x' WHERE seq = 4", at: 4,
            "its hash"),
        Tampering("journal.body, nonsense", "UPDATE journal SET body = '{}' WHERE seq = 4", at: 4, "match its hash"),
        Tampering(
            "journal_data.data", "UPDATE journal_data SET data = replace(data, 'Ada', 'Eve') WHERE seq = 4", at: 4,
            "its data does not match"),
        Tampering(
            "journal_data.data, behind a NUL", "UPDATE journal_data SET data = data || char(0) WHERE seq = 4", at: 4,
            "its data does not match"),
        Tampering(
            "journal_data.data, null", "UPDATE journal_data SET data = NULL WHERE seq = 4", at: 4,
            "its data or its salt is missing"),
        Tampering(
            "journal_data.salt", "UPDATE journal_data SET salt = zeroblob(32) WHERE seq = 4", at: 4,
            "its data does not match"),
        Tampering(
            "journal_data.salt, null", "UPDATE journal_data SET salt = NULL WHERE seq = 4", at: 4,
            "its data or its salt is missing"),
        Tampering("journal_data.seq", "UPDATE journal_data SET seq = 99 WHERE seq = 4", at: 4, "its data is missing"),
        Tampering(
            "data of two events exchanged",
            "UPDATE journal_data SET seq = 99 WHERE seq = 3; UPDATE journal_data SET seq = 3 WHERE seq = 2; "
                + "UPDATE journal_data SET seq = 2 WHERE seq = 99", at: 2, "its data does not match"),
        Tampering("data deleted", "DELETE FROM journal_data WHERE seq = 4", at: 4, "its data is missing"),
        Tampering(
            "data erased without a word", "UPDATE journal_data SET salt = NULL, data = NULL WHERE seq = 4", at: 4,
            "no event says that it was erased"),
        Tampering(
            "erased data invented", "UPDATE journal_data SET salt = zeroblob(32), data = '{}' WHERE seq = 5", at: 5,
            "its data does not match"),
        Tampering(
            "the erasure's own data cleared", "UPDATE journal_data SET salt = NULL, data = NULL WHERE seq = 8", at: 5,
            "no event says that it was erased"),
        Tampering(
            "data of no event", "INSERT INTO journal_data (seq, salt, data) VALUES (99, zeroblob(32), '{}')", at: 99,
            "data for an event that is not there"),
        Tampering(
            "journal_objects.object", "UPDATE journal_objects SET object = 'x/1' WHERE seq = 4 AND object = 'all/1'",
            at: 4, "the index of its objects"),
        Tampering(
            "journal_objects.seq", "UPDATE journal_objects SET seq = 3 WHERE object = 'thing/3'", at: 3,
            "the index of its objects"),
        Tampering(
            "an object added", "INSERT INTO journal_objects (object, seq) VALUES ('x/1', 4)", at: 4,
            "the index of its objects"),
        Tampering(
            "an object deleted", "DELETE FROM journal_objects WHERE object = 'thing/3'", at: 4,
            "the index of its objects"),
        Tampering(
            "an object of no event", "INSERT INTO journal_objects (object, seq) VALUES ('x/1', 99)", at: 99,
            "data for an event that is not there"),
        Tampering("an event deleted", "DELETE FROM journal WHERE seq = 4", at: 4, "event 4 is missing"),
        Tampering(
            "an event deleted with all of it",
            "DELETE FROM journal WHERE seq = 4; DELETE FROM journal_data WHERE seq = 4; "
                + "DELETE FROM journal_objects WHERE seq = 4", at: 4, "event 4 is missing"),
        Tampering("the first event deleted", "DELETE FROM journal WHERE seq = 1", at: 1, "event 1 is missing"),
        Tampering(
            "two events exchanged",
            """
            CREATE TEMP TABLE two AS SELECT * FROM journal WHERE seq IN (3, 4);
            UPDATE journal SET body = (SELECT body FROM two WHERE two.seq = 7 - journal.seq),
                prev = (SELECT prev FROM two WHERE two.seq = 7 - journal.seq),
                hash = (SELECT hash FROM two WHERE two.seq = 7 - journal.seq) WHERE seq IN (3, 4)
            """, at: 3, "does not follow"),
        Tampering(
            "an event invented at the end",
            "INSERT INTO journal (seq, prev, hash, body) SELECT 9, hash, zeroblob(32), body FROM journal WHERE seq = 8",
            at: 9, "match its hash"),
        Tampering(
            "an event invented in between",
            """
            UPDATE journal SET seq = -seq - 1 WHERE seq > 4; UPDATE journal SET seq = -seq WHERE seq < 0;
            INSERT INTO journal (seq, prev, hash, body) SELECT 5, hash, zeroblob(32), body FROM journal WHERE seq = 4
            """, at: 5, "match its hash"),
        Tampering(
            "the instance's id", "UPDATE instance SET id = 'another-instance-of-the-program'", at: 1, "does not begin"),
    ]
}

struct `Verifying` {
    let fixture: Fixture

    init() async throws {
        fixture = try Fixture()
        try await fixture.append(7)
        try await fixture.journal.erase([5], reason: "asked for", by: fixture.ada)
    }

    @Test func `an untouched journal is good, and says what was erased by which event`() async throws {
        let verification = try fixture.verify()
        #expect(verification.fault == nil)
        #expect(verification.events == 8)
        #expect(verification.head == (try await fixture.journal.head()))
        #expect(verification.warnings == ["event 5: erased by 8"])
    }

    @Test func `an empty journal is good`() throws {
        let verification = try Fixture().verify()
        #expect(verification.fault == nil)
        #expect(verification.head == nil)
    }

    @Test(arguments: Tampering.all)
    func `whatever is changed, the first bad event is named`(tampering: Tampering) throws {
        #expect(try Python.sql(tampering.sql, on: fixture.path) == "")
        let verification = try fixture.verify()
        let fault = try #require(verification.fault)
        #expect(fault.seq == tampering.seq)
        #expect(fault.reason.contains(tampering.reason))
    }

    @Test(arguments: 1...7)
    func `the head that goes with a fault is that of the last good event`(bad: Int) async throws {
        let good = try await fixture.journal.events(PageRequest(), by: fixture.ada).items
        try Python.sql("DELETE FROM journal_objects WHERE seq = \(bad)", on: fixture.path)
        let verification = try fixture.verify()
        #expect(verification.fault?.seq == Int64(bad))
        #expect(verification.events == Int64(bad - 1))
        #expect(verification.head == (bad == 1 ? nil : Head(seq: Int64(bad - 1), hash: good[bad - 2].hash)))
    }

    @Test func `a cut tail is found with a head that was noted before, and only with it`() async throws {
        let head = try #require(try await fixture.journal.head())
        let tables = ["journal", "journal_data", "journal_objects"]
        try Python.sql(tables.map { "DELETE FROM \($0) WHERE seq > 3" }.joined(separator: ";"), on: fixture.path)
        try fixture.expectGood()
        let fault = try #require(try fixture.verify(anchor: head).fault)
        #expect(fault.seq == 4)
        #expect(fault.reason.contains("its tail was cut"))
    }

    @Test func `a full rewrite is found with a head that was noted before, and only with it`() async throws {
        let head = try #require(try await fixture.journal.head())
        let rewrite = """
            import hashlib, sqlite3, sys
            database = sqlite3.connect(sys.argv[1])
            for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
                database.execute("DROP TRIGGER " + name)
            prev = database.execute("SELECT prev FROM journal WHERE seq = 1").fetchone()[0]
            for seq, body in database.execute("SELECT seq, body FROM journal ORDER BY seq").fetchall():
                body = body.replace("01ada", "01eve")
                hash = hashlib.sha256(b"runbook-journal/1\\n" + prev + b"%d\\n" % seq + body.encode()).digest()
                database.execute("UPDATE journal SET prev = ?, hash = ?, body = ? WHERE seq = ?", (prev, hash, body, seq))
                prev = hash
            database.commit()
            """
        #expect(try Python.run(["-c", rewrite, fixture.path]).status == 0)
        try fixture.expectGood()
        let fault = try #require(try fixture.verify(anchor: head).fault)
        #expect(fault.seq == 8)
        #expect(fault.reason.contains("rewritten"))
    }

    @Test func `a head noted earlier fits a journal that has grown since`() async throws {
        let head = try #require(try await fixture.journal.head())
        try await fixture.append(3)
        try fixture.expectGood(anchor: head)
        #expect(
            try fixture.verify(anchor: Head(seq: head.seq, hash: String(repeating: "0", count: 64))).fault?.seq == 8)
    }

    @Test func `a clock that goes backwards is a warning, not a fault`() async throws {
        fixture.clock.advance(by: .seconds(-3600))
        try await fixture.append(Event("thing.done"))
        let verification = try fixture.verify()
        #expect(verification.fault == nil)
        #expect(verification.warnings.contains { $0.hasPrefix("event 9: the clock went backwards") })
    }

    @Test func `a witness is shown every event, and what it says is the fault`() throws {
        func verify(_ witness: Doubter) throws -> Verification {
            let copy = try ReadOnlyDatabase(path: fixture.path)
            return try copy.read {
                try Verification.run(in: $0, instance: copy.instance, anchor: nil, witness: witness)
            }
        }
        #expect(try verify(Doubter(of: 3)).fault?.reason == "no output of 3")
        #expect(try verify(Doubter(of: 3)).fault?.seq == 3)
        #expect(try verify(Doubter(atTheEnd: "output of nobody after 8")).fault?.reason == "output of nobody after 8")
        #expect(try verify(Doubter()).isGood)
    }
}

private struct Doubter: EventWitness {
    var of: Int64?
    var atTheEnd: String?
    private var seen: Int64 = 0

    init(of seq: Int64? = nil, atTheEnd: String? = nil) {
        of = seq
        self.atTheEnd = atTheEnd
    }

    mutating func examine(_ event: RecordedEvent, in reader: Reader) throws -> String? {
        seen += 1
        return event.seq == of ? "no output of \(seen)" : nil
    }

    mutating func finish(in reader: Reader) throws -> String? { seen == 8 ? atTheEnd : "\(seen) events were shown" }
}
