import Deployments
import Essentials
import Foundation

/// How often and how well it is deployed: a table, and a plot for each service and environment.
struct DeploymentFiguresPage: WebPage {
    static let template = "deployments/figures"

    struct Row: Encodable, Sendable {
        let service: String
        let environment: String
        let frequency: String
        let failureRate: String
        let restoreTime: String
        let listPath: String
    }

    /// Bars over time, as SVG; all lengths are in its own units.
    struct Plot: Encodable, Sendable {
        let plotTitle: String
        /// The same in words, for whoever does not see it.
        let description: String
        let viewBox: String
        let bars: [Bar]
        let most: String
        let firstDay: String
        let lastDay: String
        let lastX: String
        let baseline: String
        let width: String
        let labelY: String
    }

    struct Bar: Encodable, Sendable {
        let x: String
        let barWidth: String
        let goodY: String
        let goodHeight: String
        let badY: String
        let badHeight: String
        /// `2026-01-19: 3 deployments, 1 failed`.
        let words: String
    }

    struct Filter: Encodable, Sendable {
        let label: String
        let filterPath: String
        let isCurrent: Bool
    }

    let layout: Layout
    let sentence: String
    let only: String?
    let filters: [Filter]
    let rows: [Row]
    let plots: [Plot]

    static let windows = [7, 30, 90, 365]
    /// So many plots are drawn at most; the table has all.
    static let mostPlots = 12

    init(_ figures: [Figures], service: String?, environment: String?, days: Int, reader: Reader) {
        layout = Layout("Deployment figures", place: .deployments, reader: reader)
        let deployments = figures.reduce(0) { $0 + $1.deployments }
        let failures = figures.reduce(0) { $0 + $1.failures }
        let narrowed = [service, environment].compactMap(\.self)
        only = narrowed.isEmpty ? nil : narrowed.joined(separator: " in ")
        sentence =
            "\(counted(deployments, "deployment").capitalisedSentence) in the last \(days) days, \(failures == 0 ? "none" : String(failures)) of them failed."
        filters = Self.windows.map { window in
            Filter(
                label: "\(window) days",
                filterPath: Paths.query(
                    "/deployments/figures",
                    [("service", service), ("environment", environment), ("days", String(window))]),
                isCurrent: window == days)
        }
        rows = figures.map { figures in
            Row(
                service: figures.service, environment: figures.environment, frequency: Self.frequency(figures),
                failureRate: figures.changeFailureRate.map {
                    "\(Int(($0 * 100).rounded())) % (\(figures.failures) of \(figures.deployments))"
                } ?? "–",
                restoreTime: Self.restoreTime(figures),
                listPath: Paths.query(
                    "/deployments", [("service", figures.service), ("environment", figures.environment)]))
        }
        plots = figures.filter { $0.deployments > 0 }.prefix(Self.mostPlots).map(Plot.init)
    }

    /// In the unit in which one would say it.
    private static func frequency(_ figures: Figures) -> String {
        guard figures.deployments > 0 else { return "none" }
        if figures.perDay >= 1 { return "\(decimal(figures.perDay)) a day" }
        if figures.perDay * 7 >= 1 { return "\(decimal(figures.perDay * 7)) a week" }
        return "\(decimal(figures.perDay * 30)) in 30 days"
    }

    private static func restoreTime(_ figures: Figures) -> String {
        let open = figures.open == 0 ? "" : " · \(figures.open) not restored yet"
        return (figures.timeToRestore.map(\.inWords) ?? "–") + open
    }

    fileprivate static func decimal(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
    }
}

extension DeploymentFiguresPage.Plot {
    private static let height = 96.0
    private static let fullWidth = 640.0
    private static let labelHeight = 20.0

    init(_ figures: Figures) {
        let most = max(1, figures.bars.map(\.deployments).max() ?? 1)
        let step = Self.fullWidth / Double(figures.bars.count)
        let gap = min(3, step / 4)
        func y(_ count: Int) -> Double { Self.height * Double(count) / Double(most) }
        func text(_ number: Double) -> String { DeploymentFiguresPage.decimal(number) }
        bars = figures.bars.enumerated().map { index, bar in
            let (good, bad) = (y(bar.deployments - bar.failures), y(bar.failures))
            let day = bar.start.rfc3339.prefix(10)
            return DeploymentFiguresPage.Bar(
                x: text(Double(index) * step), barWidth: text(step - gap), goodY: text(Self.height - good),
                goodHeight: text(good), badY: text(Self.height - good - bad), badHeight: text(bad),
                words:
                    "\(figures.daysPerBar == 1 ? "" : "week from ")\(day): \(counted(bar.deployments, "deployment")), \(bar.failures) failed"
            )
        }
        plotTitle = "\(figures.service) in \(figures.environment)"
        let unit = figures.daysPerBar == 1 ? "day" : "week"
        description =
            "\(plotTitle): \(counted(figures.deployments, "deployment")) over \(figures.days) days, a bar a \(unit), \(most) at most; \(figures.failures) failed, shown hatched at the top of their bar."
        self.most = "\(most) a \(unit)"
        viewBox = "0 -16 \(Int(Self.fullWidth)) \(Int(Self.height + Self.labelHeight + 16))"
        firstDay = String(figures.from.rfc3339.prefix(10))
        lastDay = String(figures.to.rfc3339.prefix(10))
        lastX = text(Self.fullWidth)
        baseline = text(Self.height)
        width = text(Self.fullWidth)
        labelY = text(Self.height + Self.labelHeight - 4)
    }
}
