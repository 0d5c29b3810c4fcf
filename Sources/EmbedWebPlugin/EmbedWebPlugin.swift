import Foundation
import PackagePlugin

/// Embeds `templates/**/*.mustache` and `assets/*` of the target's folder into its binary.
///
/// The folders are excluded from the target, so SwiftPM does not list their files: the plugin looks itself. Each file is an
/// input of the command and an argument of the tool, so changing, adding and removing one all build anew.
@main
struct EmbedWebPlugin: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) async throws -> [Command] {
        guard let target = target as? any SourceModuleTarget else { return [] }
        let root = target.directoryURL.resolvingSymlinksInPath()
        let paths = try ["templates", "assets"].flatMap { folder in
            try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
                .map { "\(folder)/\($0)" }
                .filter {
                    $0.hasSuffix(".mustache") || $0.hasSuffix(".css") || $0.hasSuffix(".js") || $0.hasSuffix(".svg")
                }
        }.sorted()
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedFiles.swift")
        return [
            .buildCommand(
                displayName: "Embedding \(paths.count) files of \(target.name)",
                executable: try context.tool(named: "embed-web").url,
                arguments: [output.path, root.path] + paths,
                inputFiles: paths.map { root.appending(path: $0) },
                outputFiles: [output])
        ]
    }
}
