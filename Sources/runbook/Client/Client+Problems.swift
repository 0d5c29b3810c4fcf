import API
import AsyncHTTPClient
import Essentials
import Foundation
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// What went wrong between here and the server, as a sentence that says what to try.
extension Client {
    /// The request may not have arrived, or its answer was lost: it may be sent again.
    func isConnectionLoss(_ error: any Error) -> Bool {
        switch error {
        case let error as HTTPClientError:
            [.remoteConnectionClosed, .readTimeout, .writeTimeout, .connectTimeout, .deadlineExceeded].contains(error)
        case let error as HTTPParserError: [.invalidEOFState, .closedConnection].contains(error)
        case is NIOConnectionError, is IOError, is ChannelError: true
        default: false
        }
    }

    /// Nothing listens at the address, or its name is unknown.
    func isRefusal(_ error: any Error) -> Bool {
        switch error {
        case let error as IOError: [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH].contains(error.errnoCode)
        case let error as HTTPClientError: error == .connectTimeout
        default: error is NIOConnectionError
        }
    }

    /// A host is there, or might be, and no server on it.
    private func isNobodyThere(_ error: any Error) -> Bool {
        if let error = error as? NIOConnectionError { return !error.connectionErrors.isEmpty }
        return error is IOError && isRefusal(error)
    }

    func problem(of error: any Error) -> any Error {
        switch error {
        case is CancellationError: return error
        case let error as HTTPClientError where error == .cancelled: return CancellationError()
        case is NIOTooManyBytesError: return stranger("its answer is too long")
        case let problem as Problem: return problem
        case let error as HTTPClientError where [.connectTimeout, .readTimeout, .deadlineExceeded].contains(error):
            return Problem.unavailable("The server at \(address) does not answer: try again, or look at its log.")
        case let error as HTTPClientError where error == .remoteConnectionClosed:
            return Problem.unavailable("The server at \(address) closed the connection: try again, or look at its log.")
        case _ where isNobodyThere(error):
            return Problem.unavailable(
                "Nothing answers at \(address): start a server with `runbook serve`, or name another with --url.")
        case is NIOConnectionError:
            return Problem.unavailable("The host of \(address) is not known: name another server with --url.")
        case is IOError, is ChannelError, is HTTPParserError:
            return Problem.unavailable("The connection to \(address) was lost: try again.")
        default:
            // TLS above all: an unknown authority, an old certificate, plain HTTP behind https.
            return Problem.unavailable("There is no connection to \(address) (\(error)): check the address with --url.")
        }
    }

    func problem(of answer: Answer) -> Problem {
        if (300..<400).contains(answer.status) {
            let target = answer.header("Location").map { " to \($0)" } ?? ""
            return .unavailable(
                "The server at \(address) sends requests on\(target): name the final address with --url.")
        }
        let details: ProblemDetails
        do {
            details = try JSONDecoder().decode(ProblemDetails.self, from: Data(answer.bytes))
        } catch {
            return stranger("it answered \(answer.status) without a reason")
        }
        let fields = (details.errors ?? []).map { Problem.Field(name: $0.name, message: $0.message, line: $0.line) }
        guard let code = Problem.Code(rawValue: details.code) ?? Problem.Code(status: details.status) else {
            let request = details.request.map { " (request \($0) in its log)" } ?? ""
            return .unavailable("\(details.detail)\(request)")
        }
        return Problem(code, details.detail, fields: fields)
    }

    /// Something answered that does not speak this language.
    func stranger(_ reason: String) -> Problem {
        .unavailable("Is there a Runbook server at \(address)? For \(reason): name another with --url or RUNBOOK_URL.")
    }
}

extension Problem.Code {
    /// For codes that this client does not know yet; nil where the server is at fault.
    fileprivate init?(status: Int) {
        switch status {
        case 401: self = .unauthenticated
        case 403: self = .forbidden
        case 404, 410: self = .notFound
        case 409: self = .conflict
        case 412: self = .outdated
        case 429: self = .limited
        case 400..<500: self = .invalid
        default: return nil
        }
    }
}
