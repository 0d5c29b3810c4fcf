import Essentials
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) throws
        -> Response
    {
        .bytes(try encoded(value), type: "application/json", status: status, headers: headers)
    }

    static func encoded(_ value: some Encodable) throws -> ByteBuffer {
        ByteBuffer(bytes: try JSONBytes.encode(value))
    }

    static func html(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        .bytes(Data(text.utf8), type: "text/html; charset=utf-8", status: status)
    }

    static func bytes(
        _ buffer: ByteBuffer, type: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = type
        return Response(status: status, headers: headers, body: .init(byteBuffer: buffer))
    }

    static func bytes(
        _ data: some Sequence<UInt8>, type: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        bytes(ByteBuffer(bytes: data), type: type, status: status, headers: headers)
    }

    /// Sends a browser elsewhere, by GET, after a form.
    static func seeOther(_ path: String) -> Response {
        Response(status: .seeOther, headers: [.location: path])
    }

    static var noContent: Response { Response(status: .noContent) }
}
