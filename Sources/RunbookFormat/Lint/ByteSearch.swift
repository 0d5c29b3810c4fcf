/// Looking for ASCII words in bytes: most lines hold none, and a String's own search takes a hundred times as long.
extension ArraySlice<UInt8> {
    /// Whether one of these stands in it, whatever the case of its letters.
    /// - Parameter words: in lower case.
    func holds(anyOf words: [[UInt8]]) -> Bool {
        withUnsafeBufferPointer { text in
            words.contains { word in
                word.withUnsafeBufferPointer { Self.stands($0, in: text) }
            }
        }
    }

    /// Whether it begins with one of these, whatever the case of its letters.
    func begins(withAnyOf words: [[UInt8]]) -> Bool {
        words.contains { word in
            guard count >= word.count else { return false }
            for (offset, byte) in word.enumerated() where Self.lower(self[startIndex + offset]) != byte { return false }
            return true
        }
    }

    private static func stands(_ word: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = word.first, text.count >= word.count else { return false }
        for start in 0...(text.count - word.count) where lower(text[start]) == first {
            var length = 1
            while length < word.count, lower(text[start + length]) == word[length] { length += 1 }
            if length == word.count { return true }
        }
        return false
    }

    private static func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}
