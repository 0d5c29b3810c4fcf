import Essentials

extension [GuideFile] {
    /// Imports the files, several at once.
    /// - Parameter tell: is called with what became of each, in order, and answers whether further ones are to be sent. Of
    ///   those on their way it is told all the same.
    func sent(
        to client: Client, atOnce: Int, tell: (Int, Result<Imported, Problem>) throws -> Bool
    ) async throws {
        try await withThrowingTaskGroup(of: (Int, Result<Imported, Problem>).self) { group in
            var unsent = indices
            func sendNext() {
                guard let index = unsent.popFirst() else { return }
                let file = self[index]
                group.addTask { (index, try await file.imported(by: client)) }
            }
            for _ in 0..<atOnce { sendNext() }
            var done: [Int: Result<Imported, Problem>] = [:]
            var next = 0
            while let (index, result) = try await group.next() {
                done[index] = result
                while let result = done.removeValue(forKey: next) {
                    if try !tell(next, result) { unsent = unsent.prefix(0) }
                    next += 1
                }
                sendNext()
            }
        }
    }
}

extension GuideFile {
    fileprivate func imported(by client: Client) async throws -> Result<Imported, Problem> {
        do {
            return .success(try await client.importGuide(try read(), name: name))
        } catch let problem as Problem {
            return .failure(problem)
        }
    }
}
