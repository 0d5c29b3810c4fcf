extension Guide {
    /// The source as text: without a byte order mark, every line ended by a line feed.
    package var text: [UInt8] { source.bytes }
}
