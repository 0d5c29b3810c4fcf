import CMarkGFM
import Essentials
import Glibc
import Synchronization

/// A parsed Markdown text: owns cmark-gfm's tree, and is gone with it.
struct MarkdownTree: ~Copyable {
    let root: MarkdownNode

    /// Parses CommonMark with strikethrough (`~~` alone: `~10 days` is prose) and, unless told otherwise, tables.
    /// The task list extension is off, see `TaskMarker`; so is autolink, which is quadratic, see `Autolink`.
    init(parsing text: ArraySlice<UInt8>, withTables: Bool) throws(Problem) {
        let document = parsing.withLock { _ -> OpaquePointer? in
            guard let parser = cmark_parser_new(CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE) else { return nil }
            defer { cmark_parser_free(parser) }
            cmark_gfm_core_extensions_ensure_registered()
            for name in withTables ? ["strikethrough", "table"] : ["strikethrough"] {
                cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension(name))
            }
            text.withUnsafeBytes { bytes in
                cmark_parser_feed(parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
            }
            return cmark_parser_finish(parser)
        }
        guard let document else { throw .unavailable("There is not enough memory to read the guide; try again later.") }
        root = MarkdownNode(pointer: document)
    }

    deinit { cmark_node_free(root.pointer) }

    /// Every node twice, on the way in and on the way out; leaves once. Without recursion, whatever the depth.
    func forEachEvent(_ body: (MarkdownEvent) -> Void) { root.forEachEvent(body) }
}

/// cmark-gfm registers extensions, and while it parses special characters, in variables of the whole process.
private let parsing = Mutex<Void>(())

struct MarkdownEvent {
    let node: MarkdownNode
    let isEntering: Bool
}

/// A node of a tree that is alive.
struct MarkdownNode {
    enum Kind {
        case document, blockQuote, list, item, codeBlock, htmlBlock, paragraph, heading, thematicBreak
        case text, softBreak, lineBreak, code, htmlInline, emphasis, strong, link, image
        case table, tableHeader, tableRow, tableCell, strikethrough, other
    }

    fileprivate let pointer: OpaquePointer

    var kind: Kind {
        switch cmark_node_get_type(pointer) {
        case CMARK_NODE_DOCUMENT: .document
        case CMARK_NODE_BLOCK_QUOTE: .blockQuote
        case CMARK_NODE_LIST: .list
        case CMARK_NODE_ITEM: .item
        case CMARK_NODE_CODE_BLOCK: .codeBlock
        case CMARK_NODE_HTML_BLOCK: .htmlBlock
        case CMARK_NODE_PARAGRAPH: .paragraph
        case CMARK_NODE_HEADING: .heading
        case CMARK_NODE_THEMATIC_BREAK: .thematicBreak
        case CMARK_NODE_TEXT: .text
        case CMARK_NODE_SOFTBREAK: .softBreak
        case CMARK_NODE_LINEBREAK: .lineBreak
        case CMARK_NODE_CODE: .code
        case CMARK_NODE_HTML_INLINE: .htmlInline
        case CMARK_NODE_EMPH: .emphasis
        case CMARK_NODE_STRONG: .strong
        case CMARK_NODE_LINK: .link
        case CMARK_NODE_IMAGE: .image
        default: extensionKind
        }
    }

    /// Extensions' types get their numbers at run time, so that only their names tell them apart.
    private var extensionKind: Kind {
        switch cmark_node_get_type_string(pointer).map({ String(cString: $0) }) {
        case "table": .table
        case "table_header": .tableHeader
        case "table_row": .tableRow
        case "table_cell": .tableCell
        case "strikethrough": .strikethrough
        default: .other
        }
    }

    var parent: MarkdownNode? { cmark_node_parent(pointer).map(MarkdownNode.init) }
    var next: MarkdownNode? { cmark_node_next(pointer).map(MarkdownNode.init) }
    var previous: MarkdownNode? { cmark_node_previous(pointer).map(MarkdownNode.init) }
    var firstChild: MarkdownNode? { cmark_node_first_child(pointer).map(MarkdownNode.init) }

    /// From 1, in the text that was parsed.
    var startLine: Int { Int(cmark_node_get_start_line(pointer)) }
    /// The last line that belongs to a block; blocks that are closed by others may give the line before their first.
    var endLine: Int { Int(cmark_node_get_end_line(pointer)) }
    /// In bytes, from 1.
    var startColumn: Int { Int(cmark_node_get_start_column(pointer)) }

    /// The text of a leaf: text, code, HTML.
    var literal: String { cmark_node_get_literal(pointer).map { String(cString: $0) } ?? "" }
    /// The same as bytes.
    var literalBytes: [UInt8] { Self.bytes(cmark_node_get_literal(pointer)) }
    /// The first bytes of a paragraph's source, container marks and link definitions taken off.
    func contentPrefix(_ count: Int) -> [UInt8] { Self.bytes(cmark_node_get_string_content(pointer), maximum: count) }

    var url: String { cmark_node_get_url(pointer).map { String(cString: $0) } ?? "" }
    var title: String { cmark_node_get_title(pointer).map { String(cString: $0) } ?? "" }
    var headingLevel: Int { Int(cmark_node_get_heading_level(pointer)) }
    var isOrderedList: Bool { cmark_node_get_list_type(pointer) == CMARK_ORDERED_LIST }
    var listStart: Int { Int(cmark_node_get_list_start(pointer)) }
    var isTightList: Bool { cmark_node_get_list_tight(pointer) != 0 }

    /// The opening fence of a fenced code block; nil for an indented one.
    var fence: (length: Int, character: UInt8)? {
        var length: Int32 = 0
        var offset: Int32 = 0
        var character: CChar = 0
        guard cmark_node_get_fenced(pointer, &length, &offset, &character) != 0 else { return nil }
        return (Int(length), UInt8(bitPattern: character))
    }

    /// One letter per column of a table: `l`, `c`, `r`, or 0.
    var columnAlignments: [UInt8] {
        let count = Int(cmark_gfm_extensions_get_table_columns(pointer))
        guard let letters = cmark_gfm_extensions_get_table_alignments(pointer) else { return [] }
        return Array(UnsafeBufferPointer(start: letters, count: count))
    }

    /// Events of this node and all below it.
    func forEachEvent(_ body: (MarkdownEvent) -> Void) {
        guard let iterator = cmark_iter_new(pointer) else { return }
        defer { cmark_iter_free(iterator) }
        while true {
            let event = cmark_iter_next(iterator)
            guard event != CMARK_EVENT_DONE, let node = cmark_iter_get_node(iterator) else { return }
            body(MarkdownEvent(node: MarkdownNode(pointer: node), isEntering: event == CMARK_EVENT_ENTER))
        }
    }

    /// The text that a reader sees, breaks as blanks, HTML and code as written.
    var plainText: String {
        var text = ""
        forEachEvent { event in
            guard event.isEntering else { return }
            switch event.node.kind {
            case .text, .code, .htmlInline: text += event.node.literal
            case .softBreak, .lineBreak: text += " "
            default: break
            }
        }
        return text
    }

    /// The text of a leaf, without a copy of it.
    func withLiteral(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        guard let string = cmark_node_get_literal(pointer) else { return }
        let count = strlen(string)
        string.withMemoryRebound(to: UInt8.self, capacity: count) {
            body(UnsafeBufferPointer(start: $0, count: count))
        }
    }

    private static func bytes(_ string: UnsafePointer<CChar>?, maximum: Int = .max) -> [UInt8] {
        guard let string else { return [] }
        let count = maximum == .max ? strlen(string) : strnlen(string, maximum)
        return string.withMemoryRebound(to: UInt8.self, capacity: count) {
            Array(UnsafeBufferPointer(start: $0, count: count))
        }
    }
}
