import Essentials
import Glibc
package import Logging
import Synchronization

/// Logs a line of JSON with `timestamp, level, message, module, function` and the metadata, on standard error.
package struct JSONLog: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level

    private static let own: Set = ["timestamp", "level", "message", "module", "function"]

    package init(level: Logger.Level) { logLevel = level }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        // Written at once and in a fixed order, for every request writes one.
        var line = "{\"timestamp\":\"\(TimeSource.system.now().rfc3339)\",\"level\":\"\(event.level.rawValue)\""
        func add(_ name: String, _ value: String) {
            line += ","
            JSONValue.quote(name, to: &line)
            line += ":"
            JSONValue.quote(value, to: &line)
        }
        add("message", event.message.description)
        add("module", event.source)
        add("function", event.function)
        var values = metadata
        if let more = event.metadata { values.merge(more) { $1 } }
        for (name, value) in values.sorted(by: { $0.key < $1.key }) where !Self.own.contains(name) {
            add(name, value.description)
        }
        line += "}\n"
        line.withUTF8 { bytes in
            // Nobody reads what can't be written; a log that blocks or fails is no reason to.
            _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        }
    }
}
