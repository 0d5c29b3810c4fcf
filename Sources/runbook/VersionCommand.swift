import API
import ArgumentParser
import Essentials

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Prints the version of this program.")

    @OptionGroup var format: FormatOptions

    func run() throws {
        if format.json {
            try Output.data.json(["version": .string(runbookVersion)])
        } else {
            try Output.data.line(runbookVersion)
        }
    }
}
