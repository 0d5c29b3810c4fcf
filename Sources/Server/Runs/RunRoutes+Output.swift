import API
import Essentials
import Executions
import Hummingbird
import NIOCore

/// What runs have printed: from its beginning, from its end, and line by line.
extension RunRoutes {
    /// Chunks after `?after=`, or the nearest before `?before=`, at most `?limit=`; `next` is where more are asked for.
    @Sendable func output(_ visit: Visit) async throws -> Response {
        let page = try visit.page(limit: 200)
        let (id, step) = (try id(visit), visit.query("step"))
        guard let before = visit.query("before") else {
            let rows = try await executions.output(
                id, after: try number(page.after), limit: page.limit, step: step, by: visit.principal)
            return try .json(
                List(
                    items: rows.map(OutputChunk.init),
                    next: rows.count == page.limit ? rows.last.map { String($0.n) } : nil))
        }
        guard page.after == nil else {
            throw Problem.invalid(
                "Ask for output after a piece or before one, not both.",
                fields: [.init(name: "before", message: "not together with after")])
        }
        let rows = try await executions.output(
            id, before: before == "end" ? nil : try number(before, called: "before"), limit: page.limit, step: step,
            by: visit.principal)
        return try .json(
            List(
                items: rows.map(OutputChunk.init),
                next: rows.count == page.limit ? rows.first.map { String($0.n) } : nil))
    }

    /// All output as it was printed, in one file.
    @Sendable func download(_ visit: Visit) async throws -> Response {
        let (id, principal, step) = (try id(visit), visit.principal, visit.query("step"))
        let executions = executions
        let run = try await executions.run(id, by: principal)
        let body = ResponseBody { writer in
            var after = 0
            while true {
                let rows = try await executions.output(id, after: after, limit: 50, step: step, by: principal)
                guard let last = rows.last else { break }
                for row in rows { try await writer.write(ByteBuffer(bytes: row.bytes)) }
                after = last.n
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/plain; charset=utf-8",
                .contentDisposition: "attachment; filename=\"run-\(run.id).txt\"",
            ], body: body)
    }

    /// A page of lines of a step's attempt, from `?from=` on; without it the last ones.
    @Sendable func lines(_ visit: Visit) async throws -> Response {
        let (id, step) = (try id(visit), try visit.path("step"))
        let attempt = try visit.query("attempt").map { text throws(Problem) in try number(text, called: "attempt") }
        func found(_ from: Int) async throws -> Executions.Lines {
            try await executions.lines(
                of: id, step: step, attempt: attempt, from: from, count: OutputPage.most, by: visit.principal)
        }
        var from = max(1, try number(visit.query("from"), called: "from"))
        var lines = try await found(from)
        if visit.query("from") == nil, lines.total > OutputPage.most {
            from = lines.total - OutputPage.most + 1
            lines = try await found(from)
        }
        return .html(
            try templates.render(
                OutputPage(lines, run: id.rawValue, step: step, from: from, reader: visit.reader)))
    }
}
