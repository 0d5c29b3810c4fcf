extension Guide {
    /// What a checklist of a section with the sections in it starts from, in order; of the whole guide without one: its
    /// boxes or, where there are none, the lines that show by a sign what is done.
    /// - Returns: nil when there is no such section.
    package func items(within slug: String?) -> [Item]? {
        guard let slug else { return checklist.isEmpty ? marked : checklist }
        guard section(slug) != nil else { return nil }
        let inside = slugs(within: slug)
        let boxes = checklist.filter { inside.contains($0.section) }
        return boxes.isEmpty ? marked.filter { inside.contains($0.section) } : boxes
    }

    /// The guide's source with its boxes as told: one byte changes for each that differs, all else stays as it came. A sign
    /// that differs becomes `✅` or `⬜`.
    /// - Parameters:
    ///   - source: the bytes that this guide was read from.
    ///   - ticked: by the item's id; items that are not named keep their box.
    package func source(_ source: [UInt8], ticked: [String: Bool]) -> [UInt8] {
        var result = source
        let starts = Self.lineStarts(of: source)
        for item in checklist {
            guard let isTicked = ticked[item.id], isTicked != item.isChecked, starts.indices.contains(item.box.line - 1)
            else {
                continue
            }
            let offset = starts[item.box.line - 1] + item.box.column
            // Never a byte that is no box.
            guard result.indices.contains(offset), [0x20, 0x78, 0x58].contains(result[offset]) else { continue }
            result[offset] = isTicked ? 0x78 : 0x20
        }
        // Backwards, so that signs of another length move nothing that is still to come.
        for item in marked.reversed() {
            guard let isTicked = ticked[item.id], isTicked != item.isChecked, let length = item.box.length,
                starts.indices.contains(item.box.line - 1)
            else { continue }
            let offset = starts[item.box.line - 1] + item.box.column
            guard offset + length <= result.count else { continue }
            result.replaceSubrange(offset..<offset + length, with: MarkedLine.sign(isDone: isTicked))
        }
        return result
    }

    /// Where the lines begin in what was imported, byte order mark and any kind of line end included.
    private static func lineStarts(of source: [UInt8]) -> [Int] {
        var starts = [source.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0]
        for (index, byte) in source.enumerated() {
            let isReturn = byte == 0x0D && (index + 1 == source.count || source[index + 1] != 0x0A)
            if byte == 0x0A || isReturn { starts.append(index + 1) }
        }
        return starts
    }
}
