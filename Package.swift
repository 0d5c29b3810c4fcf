// swift-tools-version:6.2
import PackageDescription

// The targets stand in their order: each may import those above it and what its line names.
// `Scripts/check` holds every `import` against the same table.

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")

/// A target of ours, with the settings that all of them share.
func module(
    _ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil, exclude: [String] = [],
    resources: [Resource]? = nil, plugins: [Target.PluginUsage] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: path, exclude: exclude, resources: resources,
        swiftSettings: swiftSettings, plugins: plugins)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: swiftSettings)
}

let package = Package(
    name: "runbook",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "runbook", targets: ["runbook"]),
        .executable(name: "runbook-shim", targets: ["runbook-shim"]),
    ],
    dependencies: [
        // Without their default traits: swift-configuration is not worth its minutes.
        .package(
            url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1",
            traits: [.trait(name: "FullFoundation")]),
        .package(url: "https://github.com/hummingbird-project/swift-mustache.git", from: "2.1.1"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.34.1"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
    ],
    targets: [
        // 0
        .systemLibrary(name: "CMarkGFM"),
        .target(name: "CProcess"),
        .target(name: "CLogVFS", linkerSettings: [.linkedLibrary("sqlite3")]),
        // Linked without Swift's libraries, which the driver would add: loading them costs 2.5 ms a step.
        .executableTarget(
            name: "runbook-shim", dependencies: ["CProcess"],
            linkerSettings: [.unsafeFlags(["-static-executable", "-nostartfiles"])]),
        module("Essentials"),
        .executableTarget(name: "embed-web", swiftSettings: swiftSettings),
        .plugin(
            name: "EmbedWebPlugin", capability: .buildTool(), dependencies: ["embed-web"],
            path: "Sources/EmbedWebPlugin"),
        module("Web", path: "Web", exclude: ["templates", "assets"], plugins: ["EmbedWebPlugin"]),
        // 1
        module("RunbookFormat", ["Essentials", "CMarkGFM", "Yams", crypto]),
        module("API", ["Essentials"]),
        module("Processes", ["Essentials", "CProcess", logging]),
        module(
            "Outbound",
            [
                "Essentials", .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        module(
            "Storage",
            ["Essentials", "CLogVFS", logging, grdb, .product(name: "GRDBSQLite", package: "GRDB.swift")],
            resources: [.embedInCode("Migrations/schema.sql")]),
        // 2
        module("Journal", ["Essentials", "Storage", crypto, logging]),
        // 3
        module(
            "Accounts",
            [
                "Essentials", "Storage", "Journal", crypto, .product(name: "CryptoExtras", package: "swift-crypto"),
                logging,
            ]),
        // 4
        module("Runbooks", ["Essentials", "RunbookFormat", "Storage", "Journal", "Accounts", crypto, logging]),
        module("Services", ["Essentials", "Outbound", "Storage", "Journal", "Accounts", logging]),
        module("Notifications", ["Essentials", "Outbound", "Storage", "Journal", "Accounts", crypto, logging]),
        // 5
        module(
            "Executions",
            [
                "Essentials", "RunbookFormat", "Processes", "Outbound", "Storage", "Journal", "Accounts", "Runbooks",
                crypto, logging,
            ]),
        module(
            "Incidents",
            ["Essentials", "RunbookFormat", "Storage", "Journal", "Accounts", "Runbooks", crypto, logging]),
        // 6
        module(
            "Checklists",
            ["Essentials", "RunbookFormat", "Storage", "Journal", "Accounts", "Runbooks", "Executions", logging]),
        module(
            "Hooks",
            ["Essentials", "RunbookFormat", "Storage", "Journal", "Accounts", "Runbooks", "Executions"]),
        // 7
        module(
            "Deployments",
            [
                "Essentials", "RunbookFormat", "Storage", "Journal", "Accounts", "Runbooks", "Services", "Executions",
                "Incidents", "Checklists", crypto, logging,
            ]),
        module(
            "Schedules",
            [
                "Essentials", "RunbookFormat", "Storage", "Journal", "Accounts", "Runbooks", "Executions", "Checklists",
                logging,
            ]),
        // 8
        module(
            "Server",
            [
                "Essentials", "Web", "RunbookFormat", "API", "Processes", "Storage", "Journal", "Accounts", "Runbooks",
                "Services", "Notifications", "Executions", "Incidents", "Checklists", "Deployments", "Schedules",
                "Hooks", crypto,
                logging, .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        // 9
        module(
            "App",
            [
                "Essentials", "Web", "RunbookFormat", "API", "Processes", "Storage", "Journal", "Accounts", "Runbooks",
                "Services", "Notifications", "Executions", "Incidents", "Checklists", "Deployments", "Schedules",
                "Hooks", "Server",
                crypto, logging,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),
        // 10
        .executableTarget(
            name: "runbook",
            dependencies: [
                "App", "API", "RunbookFormat", "Essentials", "Processes", "Runbooks", "Server", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "fuzz-guides", dependencies: ["API", "RunbookFormat", "Essentials", "Server"],
            swiftSettings: swiftSettings),
        // Tests, by what they test; the last two drive the programs from outside.
        .target(name: "Conversations", path: "Tests/Conversations", swiftSettings: swiftSettings),
        tests("EssentialsTests", ["Essentials"]),
        tests(
            "WebTests",
            [
                "Essentials", "API", "Web", "RunbookFormat", "Journal", "Runbooks", "Executions", "Incidents",
                "Notifications", "Checklists", "Deployments", "Schedules", "Hooks", "Server",
            ]),
        tests("RunbookFormatTests", ["Conversations", "Essentials", "RunbookFormat"], exclude: ["Independent"]),
        tests("ProcessesTests", ["Conversations", "Essentials", "CProcess", "Processes", "runbook-shim", logging]),
        tests("StorageTests", ["Conversations", "Essentials", "Storage", grdb]),
        tests("JournalTests", ["Conversations", "Essentials", "Storage", "Journal"], exclude: ["Independent"]),
        tests("AccountsTests", ["Essentials", "Storage", "Journal", "Accounts", crypto]),
        tests("RunbooksTests", ["Essentials", "RunbookFormat", "Storage", "Journal", "Accounts", "Runbooks", logging]),
        tests(
            "NotificationsTests",
            ["Essentials", "Outbound", "Storage", "Journal", "Accounts", "Notifications", crypto, logging]),
        tests(
            "ServicesTests",
            ["Conversations", "Essentials", "Outbound", "Storage", "Journal", "Services", logging]),
        tests(
            "ExecutionsTests",
            [
                "Essentials", "RunbookFormat", "Processes", "Storage", "Journal", "Accounts", "Runbooks", "Executions",
                "runbook-shim", logging,
            ]),
        tests(
            "IncidentsTests",
            [
                "Essentials", "RunbookFormat", "Storage", "Journal", "Accounts", "Runbooks", "Incidents",
            ]),
        tests(
            "ChecklistsTests",
            [
                "Essentials", "RunbookFormat", "Storage", "Journal", "Accounts", "Runbooks", "Executions", "Checklists",
            ]),
        tests(
            "DeploymentsTests",
            [
                "Essentials", "RunbookFormat", "Processes", "Storage", "Journal", "Accounts", "Runbooks", "Executions",
                "Incidents", "Checklists", "Deployments", "runbook-shim", logging,
            ]),
        tests(
            "SchedulesTests",
            [
                "Essentials", "RunbookFormat", "Storage", "Journal", "Accounts", "Runbooks", "Executions", "Checklists",
                "Schedules", logging,
            ]),
        tests(
            "HooksTests",
            ["Essentials", "RunbookFormat", "Storage", "Journal", "Accounts", "Runbooks", "Executions", "Hooks"]),
        tests(
            "ServerTests",
            [
                "Conversations", "Essentials", "API", "Web", "RunbookFormat", "Storage", "Journal", "Accounts",
                "Runbooks", "Services",
                "Executions", "Incidents", "Checklists", "Deployments", "Schedules", "Hooks", "Server", logging,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            ]),
        tests(
            "CommandTests",
            [
                "Essentials", "API", "RunbookFormat", "Processes", "runbook",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        tests(
            "SystemTests", ["Conversations", "runbook", "runbook-shim", "fuzz-guides"],
            exclude: ["Fuzz", "Replay", "Story"]),
        tests("BrowserTests", ["runbook", "runbook-shim"], exclude: ["Pages"]),
    ],
    swiftLanguageModes: [.v6]
)
