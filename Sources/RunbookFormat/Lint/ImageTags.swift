/// Images that a guide names with one tag here and another there: who follows it ships what nobody tested.
struct ImageTags {
    /// By the image's name without its registry: the first tag, and its fence.
    private var first: [String: (tag: String, fence: Int)] = [:]
    private var told: Set<String> = []
    private(set) var findings: [Finding] = []

    init(_ fences: [Outline.Fence], text: SourceText) {
        for (index, fence) in fences.enumerated() {
            for line in fence.line...max(fence.line, fence.endLine) { read(text.line(line), line, fence: index) }
        }
    }

    private mutating func read(_ line: ArraySlice<UInt8>, _ number: Int, fence: Int) {
        guard line.count < 1000, line.contains(0x3A), line.holds(anyOf: Self.places) else { return }
        for word in line.split(whereSeparator: { " \t\"',=".utf8.contains($0) }) {
            guard let (name, tag) = Self.image(word) else { continue }
            guard let known = first[name] else {
                first[name] = (tag, fence)
                continue
            }
            // Within one fence a second tag is meant, as in `docker tag`.
            guard known.tag != tag, known.fence != fence, told.insert(name).inserted else { continue }
            findings.append(
                Finding(
                    .disagreeingTags, .info, line: number,
                    "\(Parameter.shown(name)) has the tag \(tag) here and \(known.tag) before; make it one, as a parameter."
                ))
        }
    }

    /// Where images are named.
    private static let places = [
        "image:", "\"image\"", "image =", "docker build", "docker tag", "docker push", "docker pull", "docker run",
        "podman build", "podman tag", "podman push", "podman pull", "podman run", "set image", "from ",
    ].map { Array($0.utf8) }

    /// `registry:5000/team/name:tag`, but not `8000:8000`, `./data:/data` or a tag that is filled in.
    private static func image(_ word: ArraySlice<UInt8>) -> (name: String, tag: String)? {
        guard let colon = word.lastIndex(of: 0x3A), colon + 1 < word.endIndex else { return nil }
        let path = word[..<colon]
        let tag = word[(colon + 1)...]
        let name = path.lastIndex(of: 0x2F).map { path[($0 + 1)...] } ?? path
        guard let first = name.first, let last = tag.first, isLetter(first), isLetter(last) || isDigit(last),
            path.first != 0x2F, path.first != 0x2E, path.first != 0x2D, !path.contains(0x2F) || !holdsVolume(path),
            name.allSatisfy(isTagPart), tag.count < 100, tag.allSatisfy(isTagPart)
        else { return nil }
        return (String(decoding: name, as: UTF8.self), String(decoding: tag, as: UTF8.self))
    }

    /// `data:/var/lib`, and `https://…`
    private static func holdsVolume(_ path: ArraySlice<UInt8>) -> Bool { path.holds(anyOf: [volume]) }
    private static let volume = Array(":/".utf8)

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isTagPart(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || "._-".utf8.contains(byte)
    }
}
