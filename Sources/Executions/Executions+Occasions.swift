package import Journal
package import Storage

extension Executions {
    /// A run for this object that has not come to its end.
    package func underWay(for object: ObjectReference, in reader: Reader) throws -> ObjectReference? {
        struct Row: Decodable { let run: String }
        let states = RunState.allCases.filter { !$0.isSettled }
        let row: Row? = try reader.first(
            """
            SELECT o.run AS run FROM run_occasions o JOIN runs r ON r.id = o.run
            WHERE o.object = \(object) AND r.state IN (\(states[0]), \(states[1]), \(states[2]))
            ORDER BY o.run DESC LIMIT 1
            """)
        return row.map { ObjectReference("run", $0.run) }
    }
}
