import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Why nothing was answered, in words that read on after "it was not answered: ". None has the address, which may hold a
/// secret.
enum Unanswered {
    static func reason(for error: any Error) -> String {
        switch error {
        case let error as HTTPClientError: words(for: error)
        case let error as HTTPParserError: "what came is not HTTP (\(error))"
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { reason(for: $0.error) } ?? "the host's name is not known"
        case let error where String(reflecting: error).contains("CERTIFICATE_VERIFY_FAILED"):
            "its certificate is not trusted"
        default: "the connection failed (\(type(of: error)))"
        }
    }

    private static func words(for error: HTTPClientError) -> String {
        switch error {
        case .connectTimeout: "nobody took the connection in time"
        case .deadlineExceeded, .readTimeout, .writeTimeout: "nothing came in time"
        case .remoteConnectionClosed: "the connection was closed before an answer"
        default: error.shortDescription
        }
    }
}

extension Duration {
    /// At most some 292 years; longer ones than those make no difference here.
    var inNanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
