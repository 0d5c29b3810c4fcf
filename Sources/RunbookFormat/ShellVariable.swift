/// A variable as a script reads it.
enum ShellVariable {
    /// The name behind `$` or `${`, when it is one in capitals, of three letters at least: shorter ones are a loop's. One with
    /// a default, as in `${NAME:-x}`, is no gap and gives nil.
    static func name(in text: ArraySlice<UInt8>, isBraced: Bool) -> String? {
        guard let first = text.first, (0x41...0x5A).contains(first) else { return nil }
        let name = text.prefix(100).prefix { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
        let next = text.dropFirst(name.count).first
        guard name.count > 2, next.map({ !(0x61...0x7A).contains($0) }) ?? true else { return nil }
        if isBraced, let next, ":-=+?".utf8.contains(next) { return nil }
        return String(decoding: name, as: UTF8.self)
    }
}
