import Essentials
import Mustache
import Synchronization
package import Web

/// Every template of the web interface, parsed.
///
/// With files of a folder (`--web`) they are read and parsed again for each page, so that a change shows on reload.
package struct Templates: Sendable {
    package let files: WebFiles
    private let library: Library

    /// Those of the program itself, which are known to parse: that takes a third of a start, and waits for the first page, or
    /// for `parse`, to be called meanwhile.
    package static var embedded: Templates { Templates(unparsed: .embedded) }

    /// - Throws: `TemplateError` for the first template that does not parse or names a partial that does not exist.
    package init(files: WebFiles) throws {
        self.init(unparsed: files)
        try parse()
    }

    private init(unparsed files: WebFiles) {
        self.files = files
        library = Library(files)
    }

    package func parse() throws { _ = try library.parsed }

    fileprivate static func parse(_ files: WebFiles) throws -> MustacheLibrary {
        MustacheContentTypes.register(EscapedHTML(), named: EscapedHTML.name)
        var library = MustacheLibrary()
        for name in files.templateNames {
            // Without the file's last line feed: a partial within a line must not end it.
            let file = files.template(name) ?? ""
            let text = file.hasSuffix("\n") ? String(file.dropLast()) : file
            for tag in try TemplateTag.scan(text, of: name) where tag.kind == .partial {
                guard files.template(tag.name) != nil else {
                    throw TemplateError(template: name, line: tag.line, reason: "there is no template \"\(tag.name)\"")
                }
            }
            do {
                // On a line of its own, so that a tag that stands alone in the first line is still taken as such.
                try library.register("{{% CONTENT_TYPE:\(EscapedHTML.name)}}\n" + text, named: name)
            } catch let error as MustacheTemplate.ParserError {
                throw TemplateError(template: name, line: error.context.lineNumber - 1, reason: "\(error.error)")
            }
        }
        return library
    }

    /// The page inside its layout: a whole HTML document.
    /// - Throws: `TemplateError` when the page's template does not exist, or, with `--web`, when one no longer parses.
    package func render(_ page: some WebPage) throws -> String {
        let templates = files.folder == nil ? self : try Templates(files: files.current())
        let template = type(of: page).template
        let content = try templates.text(of: try TemplateObject.of(page), in: template)
        let subject = String(template.prefix { $0 != "/" })
        let frame = Frame(page.layout, content: content, subject: subject, files: templates.files)
        return try templates.text(of: try TemplateObject.of(frame), in: Frame.template)
    }

    func text(of object: Any, in template: String) throws -> String {
        guard let text = try library.parsed.render(object, withTemplate: template) else {
            throw TemplateError(template: template, line: nil, reason: "it does not exist")
        }
        return text
    }
}

/// Parsed once, by whoever asks first.
private final class Library: Sendable {
    private let files: WebFiles
    private let library = Mutex<MustacheLibrary?>(nil)

    init(_ files: WebFiles) { self.files = files }

    var parsed: MustacheLibrary {
        get throws {
            try library.withLock { known in
                if let known { return known }
                let library = try Templates.parse(files)
                known = library
                return library
            }
        }
    }
}

/// A template that cannot be used; the server does not start with one.
package struct TemplateError: Error, CustomStringConvertible {
    package let template: String
    package let line: Int?
    package let reason: String

    package var description: String {
        "template \(template)\(line.map { ", line \($0)" } ?? ""): \(reason)"
    }
}

/// Escapes text for element content and quoted attributes.
///
/// swift-mustache 2.1.1 compares grapheme clusters, so `"` followed by a combining mark passes its escaper and ends the
/// attribute. Bytes cannot hide: all that must be escaped is ASCII. A partial falls back to the library's own escaper,
/// which is why every template is prefixed with this one.
struct EscapedHTML: MustacheContentType {
    static let name = "ESCAPED"

    func escapeText(_ text: String) -> String {
        guard text.utf8.contains(where: { Self.replacement(for: $0) != nil }) else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 64)
        for byte in text.utf8 {
            if let replacement = Self.replacement(for: byte) {
                bytes.append(contentsOf: replacement.utf8)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func replacement(for byte: UInt8) -> String? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        case UInt8(ascii: "`"): "&#96;"
        case 0: "\u{FFFD}"
        default: nil
        }
    }
}
