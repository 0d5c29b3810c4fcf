import Essentials
import Foundation
import HTTPTypes
import Testing

@testable import Server

/// The description says what there is, all of it, and nothing else.
@Suite struct DescriptionTests {
    /// Outside `/api/`, what is described because programs use it.
    private static let others = ["GET /health", "GET /ready", "GET /metrics", "POST /session", "DELETE /session"]

    @Test func `every route below api is described, and every described operation is a route`() async throws {
        let routes = try await Installation(hasPeople: false).server.routes
        let programs = routes.map { "\($0.method.rawValue) \($0.path)" }
            .filter { $0.contains(" /api/") || Self.others.contains($0) }
        #expect(Set(Description.operations.keys) == Set(programs))
        #expect(OpenAPIDocument.operations.count == programs.count, "an operation is described twice")
    }

    @Test func `the description is OpenAPI 3 dot 1`() throws {
        let output = try Python.run(
            """
            import json, sys
            from openapi_spec_validator import OpenAPIV31SpecValidator
            errors = list(OpenAPIV31SpecValidator(json.load(sys.stdin)).iter_errors())
            for error in errors: print(error.json_path, error.message)
            print(len(errors), "errors")
            """, input: Data(OpenAPIDocument.json))
        #expect(output == "0 errors\n")
    }

    @Test func `anybody can read the description`() async throws {
        try await Installation(hasPeople: false).test { caller in
            let answer = try await caller.send(.get, "/api/openapi.json")
            #expect(answer.status == 200)
            #expect(answer.bytes == OpenAPIDocument.json)
            #expect(answer.contentType == "application/json")
        }
    }

    @Test func `each operation has an id and a summary of its own`() {
        let operations = OpenAPIDocument.operations
        #expect(Set(operations.map(\.id)).count == operations.count)
        #expect(Set(operations.map(\.summary)).count == operations.count)
    }

    @Test func `each parameter of a path is described`() {
        for operation in OpenAPIDocument.operations {
            let inPath = operation.path.split(separator: "/").filter { $0.hasPrefix("{") }.map {
                $0.dropFirst().dropLast()
            }
            let described = operation.parameters.filter { $0.json["in"] == "path" }.compactMap {
                $0.json["name"]?.string
            }
            #expect(described == inPath.map(String.init), "\(operation.id)")
        }
    }

    @Test func `each schema is referred to, and each reference leads to one`() throws {
        let references = Set(Self.references(in: Description.document))
        for reference in references {
            var place: JSONValue? = Description.document
            for part in reference.dropFirst(2).split(separator: "/") { place = place?[String(part)] }
            #expect(place != nil, "\(reference)")
        }
        guard case .object(let schemas) = Description.document["components"]?["schemas"] else {
            Issue.record("there are no schemas")
            return
        }
        // The data of event streams, which OpenAPI 3.1 can only tell of in words, is named in the descriptions.
        let words = String(decoding: OpenAPIDocument.json, as: UTF8.self)
        for name in schemas.keys {
            #expect(references.contains("#/components/schemas/\(name)") || words.contains("data: \(name)"), "\(name)")
        }
    }

    private static func references(in value: JSONValue) -> [String] {
        switch value {
        case .object(let members):
            members.flatMap { $0 == "$ref" ? [$1.string ?? ""] : references(in: $1) }
        case .array(let items): items.flatMap(references)
        default: []
        }
    }
}

/// The other tests hold answers against the description; these hold the holding.
@Suite struct DescriptionCheckTests {
    private static let chunk: [String: JSONValue] = [
        "n": 1, "step": "smoke", "attempt": 1, "stream": "stdout", "time": "2026-01-19T08:30:00.000000Z", "text": "ok",
    ]

    private func faults(_ change: (inout [String: JSONValue]) -> Void) -> [String] {
        var chunk = Self.chunk
        change(&chunk)
        let schemas = Description.schemas
        return schemas.faults(of: .object(chunk), against: schemas.named("OutputChunk") ?? .null, at: "chunk")
    }

    @Test func `what fits has no fault`() { #expect(faults { _ in } == []) }
    @Test func `a missing member is a fault`() { #expect(faults { $0["text"] = nil }.count == 1) }
    @Test func `an undescribed member is a fault`() { #expect(faults { $0["extra"] = 1 }.count == 1) }
    @Test func `a wrong type is a fault`() { #expect(faults { $0["n"] = "1" }.count == 1) }
    @Test func `null is a fault where it is not described`() { #expect(faults { $0["text"] = .null }.count == 1) }
    @Test func `a value out of a choice is a fault`() { #expect(faults { $0["stream"] = "stdin" }.count == 1) }
    @Test func `a number below its least is a fault`() { #expect(faults { $0["n"] = 0 }.count == 1) }
    @Test func `a time that is none is a fault`() { #expect(faults { $0["time"] = "yesterday" }.count == 1) }

    @Test func `a status, a type or a body that is not described is a fault`() throws {
        let operation = try #require(Description.operation(.get, "/api/v1/me"))
        func faults(_ status: Int, _ type: String, _ text: String) -> Int {
            let answer = Answer(status: status, headers: [.contentType: type], bytes: Array(text.utf8))
            return Description.schemas.faults(of: answer, in: operation).count
        }
        let me = #"{"actor": {"kind": "person", "id": "1"}, "permissions": ["read"]}"#
        #expect(faults(200, "application/json", me) == 0)
        #expect(faults(418, "application/json", me) == 1)
        #expect(faults(200, "text/html", me) == 1)
        #expect(faults(200, "application/json", "{") == 1)
        #expect(
            faults(200, "application/json", #"{"actor": {"kind": "ghost", "id": "1"}, "permissions": ["fly"]}"#) == 2)
    }
}
