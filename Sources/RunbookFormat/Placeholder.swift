/// A gap that the guide's author left for the reader: `<pod-name>`, `YOUR_DOMAIN`, `your-registry.com`.
package struct Placeholder: Sendable, Hashable {
    /// As it stands in the script, brackets included.
    package let text: String
    /// Its line in the guide's source, from 1.
    package let line: Int
}
