import Essentials
import Foundation
package import Logging
import Synchronization

/// Logs a line of JSON with `timestamp, level, message, module, function` and the metadata, on standard error.
package struct JSONLog: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level

    package init(level: Logger.Level) { logLevel = level }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var members: [String: JSONValue] = [
            "timestamp": .string(TimeSource.system.now().rfc3339), "level": .string(event.level.rawValue),
            "message": .string(event.message.description), "module": .string(event.source),
            "function": .string(event.function),
        ]
        for (name, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }) {
            members[name] = members[name] == nil ? .string(value.description) : members[name]
        }
        FileHandle.standardError.write(Data((JSONValue.object(members).text + "\n").utf8))
    }
}
