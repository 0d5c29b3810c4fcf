import Essentials
import RunbookFormat

/// A guide that the command line named, parsed; or why it can't be read.
struct GuideReading {
    let path: String
    let guide: Result<Guide, Problem>
    /// What the files read along with it are called as runbooks; nil for a file that was named by itself.
    var neighbours: Set<String>?

    /// Reads files, and folders with the Markdown below them, in the order given. What can't be read does not keep the
    /// others from being read, and nothing is held longer than `body` takes.
    static func each(of paths: [String], _ body: (GuideReading) throws -> Void) throws {
        for path in paths {
            // One search a path: files of one name meet in a catalogue, but not here.
            let search = try GuideSearch([path])
            let names = search.files.map(\.path) == [path] ? nil : Set(search.files.map(\.name))
            for file in search.files {
                var reading = GuideReading(file)
                reading.neighbours = names
                try body(reading)
            }
            for refusal in search.refusals {
                try body(GuideReading(path: refusal.path, guide: .failure(refusal.problem)))
            }
        }
    }

    private init(path: String, guide: Result<Guide, Problem>) {
        self.path = path
        self.guide = guide
    }

    private init(_ file: GuideFile) {
        path = file.path
        do throws(Problem) {
            guide = .success(try Guide(parsing: try file.read(), name: file.name))
        } catch {
            guide = .failure(error)
        }
    }
}
