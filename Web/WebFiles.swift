import Foundation

/// The templates and assets of the web interface: those in the binary, or those of a folder while one designs (`--web`).
package struct WebFiles: Sendable {
    /// What a browser loads besides the page itself. The style sheets that most pages need are one asset, `style.css`; those
    /// of a subject, named as its folder of templates, go with its pages alone.
    package struct Asset: Sendable {
        package let bytes: [UInt8]
        package let contentType: String
        /// Quoted, as the `ETag` header wants it.
        package let etag: String
        /// `/assets/NAME?v=HASH`: what is under it never changes, so it may be cached for ever.
        package let url: String
    }

    package static let embedded = WebFiles(texts: EmbeddedFiles.all)

    /// Where the files are read from at each use; nil for those in the binary.
    package let folder: String?
    private let templates: [String: String]
    private let assets: [String: Asset]

    /// Reads `FOLDER/templates/**/*.mustache` and `FOLDER/assets/*`.
    /// - Throws: what the file system says, or `CocoaError` for a file that is not UTF-8.
    package init(folder: String) throws {
        let root = URL(fileURLWithPath: folder, isDirectory: true)
        var texts: [String: String] = [:]
        for part in ["templates", "assets"] {
            for path in try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: part).path) {
                guard contentTypes.keys.contains(pathExtension(path)) else { continue }
                let file = root.appending(path: part).appending(path: path)
                texts["\(part)/\(path)"] = try String(contentsOf: file, encoding: .utf8)
            }
        }
        self.init(texts: texts, folder: folder)
    }

    private init(texts: [String: String], folder: String? = nil) {
        self.folder = folder
        var templates: [String: String] = [:]
        var assets: [String: Asset] = [:]
        var styles = ""
        let shared: Set = ["base", "guide", "journal", "layout", "now", "parts", "print", "runs"]
        for (path, text) in texts.sorted(by: { $0.key < $1.key }) {
            if path.hasPrefix("templates/") {
                templates[String(path.dropFirst("templates/".count).dropLast(".mustache".count))] = text
            } else {
                let name = String(path.dropFirst("assets/".count))
                if name.hasSuffix(".css"), shared.contains(String(name.dropLast(4))) {
                    // Every style sheet stands in a layer, so their order does not matter, and one request fetches them.
                    styles += withoutComments(text, ofStyles: true)
                } else if name.hasSuffix(".css") || name.hasSuffix(".js") {
                    assets[name] = Asset(name: name, text: withoutComments(text, ofStyles: name.hasSuffix(".css")))
                } else {
                    assets[name] = Asset(name: name, text: text)
                }
            }
        }
        assets["style.css"] = Asset(name: "style.css", text: styles)
        self.templates = templates
        self.assets = assets
    }

    /// The names of all templates, as `runs/run`, sorted.
    package var templateNames: [String] { templates.keys.sorted() }

    /// The text of a template by its path below `templates`, without the extension; nil when there is none.
    package func template(_ path: String) -> String? { templates[path] }

    /// An asset by its name below `/assets/`; nil when there is none.
    package func asset(_ name: String) -> Asset? { assets[name] }

    /// The same files as they are now: read again from the folder, or those in the binary.
    package func current() throws -> WebFiles {
        guard let folder else { return self }
        return try WebFiles(folder: folder)
    }
}

extension WebFiles.Asset {
    fileprivate init(name: String, text: String) {
        bytes = Array(text.utf8)
        contentType = contentTypes[pathExtension(name)] ?? "text/plain; charset=utf-8"
        let version = String(fingerprint(bytes), radix: 36)
        etag = "\"\(version)\""
        url = "/assets/\(name)?v=\(version)"
    }
}

/// A style sheet or a script without what is for us and not for browsers: indentation, empty lines, and comments. A script's
/// stand on lines of their own, and no text in any of them goes over lines.
private func withoutComments(_ text: String, ofStyles isStyles: Bool) -> String {
    var rest = text[...]
    var code = ""
    while isStyles, let start = rest.firstRange(of: "/*"), let end = rest[start.upperBound...].firstRange(of: "*/") {
        code += rest[..<start.lowerBound]
        rest = rest[end.upperBound...]
    }
    code += rest
    let lines = code.split(separator: "\n").map { line in line.drop { $0 == " " } }
    return lines.filter { !$0.isEmpty && (isStyles || !$0.hasPrefix("//")) }.joined(separator: "\n") + "\n"
}

private let contentTypes = [
    "mustache": "text/plain; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
]

private func pathExtension(_ path: String) -> String {
    path.split(separator: ".").last.map(String.init) ?? ""
}

/// FNV-1a, 64 bits: tells versions of our own files apart, nothing more.
private func fingerprint(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0100_0000_01b3 }
}
