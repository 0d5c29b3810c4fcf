import ArgumentParser
import Essentials
import Foundation
import RunbookFormat

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Prints the JSON Schema of a guide's front matter, for editors.",
        discussion: """
            An editor with a YAML language server completes and checks front matter by it. A server answers the same \
            at /api/front-matter.schema.json.
            """)

    @OptionGroup var format: FormatOptions

    func run() throws {
        if format.json { return try Output.data.json(FrontMatterSchema.document) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try Output.data.line(String(decoding: try encoder.encode(FrontMatterSchema.document), as: UTF8.self))
    }
}
