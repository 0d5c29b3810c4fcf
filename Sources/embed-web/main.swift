import Foundation

// embed-web OUTPUT ROOT PATH…
//
// Writes one Swift file that holds the text of every ROOT/PATH, keyed by PATH. Single-line literals with every control
// character escaped are exact, whatever the text holds; a raw literal would turn CRLF into LF.

let arguments = CommandLine.arguments
guard arguments.count >= 3 else { fail("usage: embed-web OUTPUT ROOT PATH…") }
let root = URL(fileURLWithPath: arguments[2], isDirectory: true)

var source = "enum EmbeddedFiles {\n    static let all: [String: String] = [\n"
for path in arguments.dropFirst(3).sorted() {
    source += "        \(literal(path)): \(literal(try text(at: path))),\n"
}
source += arguments.count == 3 ? "        :\n    ]\n}\n" : "    ]\n}\n"
try Data(source.utf8).write(to: URL(fileURLWithPath: arguments[1]), options: .atomic)

func text(at path: String) throws -> String {
    let bytes = try Data(contentsOf: root.appendingPathComponent(path))
    guard let text = String(validating: bytes, as: UTF8.self) else {
        fail("\(path) is not UTF-8; only text can be embedded, an image as SVG.")
    }
    return text
}

func literal(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\\": result += "\\\\"
        case "\"": result += "\\\""
        case "\n": result += "\\n"
        case _ where scalar.value < 0x20 || scalar.value == 0x7F: result += "\\u{\(String(scalar.value, radix: 16))}"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}

func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data("embed-web: \(message)\n".utf8))
    exit(64)
}
