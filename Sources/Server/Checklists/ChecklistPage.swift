import Checklists
import Essentials
import Journal

/// A checklist that is worked through, by whoever has it open.
struct ChecklistPage: WebPage {
    static let template = "checklists/checklist"

    struct Section: Encodable, Sendable {
        let anchor: String
        let heading: String
        /// `6 of 8`.
        let count: String
        let items: [Item]
    }

    struct Item: Encodable, Sendable {
        /// Tells it from the others.
        let key: String
        let anchor: String
        let text: String
        let isNested: Bool
        /// The state's name, for its colour and shape.
        let state: String
        /// `proved`, `done`, `check failed`, `not applicable`, `open`, `checking`.
        let word: String
        /// `mira`, or nil where nobody has done anything yet.
        let by: String?
        let at: Moment?
        let note: String?
        /// `for ben`, `for an admin`, `for ben, an admin`; nil for whoever comes by.
        let whose: String?
        let proof: Proof?
        /// What was wrong with what the reader has just asked; said beside the item.
        let complaint: String?
        let acts: Acts?
    }

    struct Proof: Encodable, Sendable {
        /// `exit status 1`, or why there is no verdict.
        let outcome: String
        let command: String
        let output: String?
        let isCut: Bool
        let proofPath: String
    }

    /// What the reader may do with an item.
    struct Acts: Encodable, Sendable {
        let number: String
        let version: String
        /// `tick` or `open`, as the box's button says it to the server.
        let goal: String
        /// The same to the reader: `Tick` or `Open again`.
        let goalWord: String
        let hasCheck: Bool
        let isSettled: Bool
        /// Whether the reader may settle it; notes everybody may write.
        let maySettle: Bool
        let typedNote: String
        /// What the field “For” says now.
        let owners: String?
    }

    struct Person: Encodable, Sendable {
        let name: String
    }

    let layout: Layout
    let csrf: String
    let title: String
    let occasion: String?
    /// What it is for, where that has a page: `incident` or `deployment`.
    let purpose: String?
    let purposePath: String
    let sentence: String
    let state: String
    /// Whole per cents, and the same in words for who can't see the bar.
    let percent: String
    let problem: String?
    /// That the guide shows some of it as done, where it does.
    let preTicked: String?
    let newsPath: String
    let runbook: String
    let runbookPath: String
    let version: String
    let startedBy: String
    let started: Moment
    let completed: Moment?
    let override: String?
    let sections: [Section]
    let exportPath: String
    let journalPath: String
    let itemsPath: String
    let checksPath: String?
    let completionPath: String?
    let overridePath: String?
    let reopeningPath: String?
    let abandonmentPath: String?
    let missing: String
    /// Whom one may give items to: people, and who must be what.
    let people: [Person]

    /// - Parameters:
    ///   - complaints: what was wrong with what the reader has just asked, by the item.
    ///   - head: the number of the journal's last event that the page has taken in.
    init(
        _ list: ChecklistRecord, complaints: [String: String], problem: String?, people: [String], principal: Principal,
        head: Int64, reader: Reader
    ) throws {
        let (mayOperate, mayOverride) = (principal.may(.operate), principal.may(.admin))
        let summary = list.summary
        let isOpen = summary.state == .open
        let path = Paths.checklist(summary.id.rawValue)
        layout = Layout(summary.name, place: .checklists, reader: reader, scripts: ["live.js"])
        csrf = reader.csrf
        title = summary.title
        occasion = summary.occasion.isEmpty ? nil : summary.occasion
        let object = summary.object.map(ObjectReference.init(text:))
        purpose = object?.kind
        purposePath = object.map { "/\($0.kind)s/\(Paths.encoded($0.id))" } ?? ""
        sentence = Self.sentence(summary)
        state = summary.state.rawValue
        percent = String(summary.total == 0 ? 100 : summary.settled * 100 / summary.total)
        self.problem = problem
        preTicked = list.preTickedNotice
        newsPath = Paths.news(after: head, object: "checklist/\(summary.id)")
        runbook = summary.runbook
        runbookPath = Paths.runbook(summary.runbook)
        version = String(summary.version.prefix(12))
        startedBy = summary.actor_name
        started = Moment(summary.created)
        completed = summary.completed.map(Moment.init)
        override = summary.override
        exportPath = "\(path)/export"
        journalPath = Paths.query("/journal", [("object", "checklist/\(summary.id)")])
        itemsPath = "\(path)/items"
        let hasChecks = list.items.contains { $0.check_step != nil && !$0.state.isSettled }
        checksPath = isOpen && mayOperate && hasChecks ? "\(path)/checks" : nil
        completionPath = isOpen && mayOperate && summary.missing == 0 ? "\(path)/completion" : nil
        overridePath = isOpen && mayOverride && summary.missing > 0 ? "\(path)/completion" : nil
        abandonmentPath = isOpen && mayOperate ? "\(path)/abandonment" : nil
        self.people = (people + ItemOwners.roles.map { $0.words }).map(Person.init)
        reopeningPath = !isOpen && mayOperate ? "\(path)/reopening" : nil
        missing = counted(summary.missing, "item")
        var sections: [Section] = []
        var items: [ItemRecord] = []
        func close() throws {
            guard let first = items.first else { return }
            sections.append(
                Section(
                    anchor: "page-section-\(sections.count + 1)",
                    heading: first.heading.isEmpty ? summary.title : first.heading,
                    count: "\(items.count { $0.state.isSettled }) of \(items.count)",
                    items: try items.map {
                        try Item($0, complaint: complaints[$0.item], for: isOpen && mayOperate ? principal : nil)
                    }))
            items = []
        }
        for item in list.items {
            if (item.section, item.heading) != (items.first?.section, items.first?.heading) { try close() }
            items.append(item)
        }
        try close()
        self.sections = sections
    }

    private static func sentence(_ list: ChecklistSummaryRecord) -> String {
        switch (list.state, list.missing) {
        case (.completed, _): "Completed: \(list.progress)."
        case (.abandoned, _): "Abandoned, at \(list.progress)."
        case (.open, 0): "\(list.progress). Everything that is required is settled: it can be completed."
        case (.open, _): "\(list.progress) · \(counted(list.missing, "required item")) open"
        }
    }
}

extension ChecklistPage.Item {
    /// - Parameter changer: who may change it; nil where nobody may.
    init(_ item: ItemRecord, complaint: String?, for changer: Principal?) throws {
        key = String(item.position)
        anchor = Paths.anchor(ofItem: item.position)
        text = item.text
        isNested = item.depth > 1
        state = item.checking ? "running" : item.state.rawValue
        word =
            switch (item.state, item.checking) {
            case (_, true): "checking"
            case (.ticked, _) where item.by_kind == "system": "proved"
            case (.ticked, _): "done"
            case (.failed, _): "check failed"
            case (.notApplicable, _): "not applicable"
            case (.open, _): "open"
            }
        by = item.by_name
        at = item.at.map(Moment.init)
        note = item.note
        let owners = ItemOwners(item).words
        whose = owners.map { "for \($0)" }
        proof = try item.proof.map(ChecklistPage.Proof.init)
        self.complaint = complaint
        acts = changer.map { changer in
            ChecklistPage.Acts(
                number: String(item.position), version: String(item.version),
                goal: item.state.isSettled ? "open" : "tick", goalWord: item.state.isSettled ? "Open again" : "Tick",
                hasCheck: item.check_step != nil && !item.checking && !item.state.isSettled,
                isSettled: item.state.isSettled, maySettle: item.maySettle(changer), typedNote: item.note ?? "",
                owners: owners)
        }
    }
}

extension ChecklistPage.Proof {
    init(_ evidence: Evidence) {
        outcome = evidence.reason ?? evidence.exit_status.map { "exit status \($0)" } ?? ""
        command = evidence.command
        output = evidence.output.isEmpty ? nil : evidence.output
        isCut = evidence.output_cut
        proofPath = Paths.run(evidence.run)
    }
}
