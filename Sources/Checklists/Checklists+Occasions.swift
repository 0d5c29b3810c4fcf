package import Journal
package import Storage

extension Checklists {
    /// A checklist for this object that is still open.
    package func open(for object: ObjectReference, in reader: Reader) throws -> ObjectReference? {
        struct Row: Decodable { let id: String }
        let row: Row? = try reader.first(
            """
            SELECT id FROM checklists WHERE object = \(object) AND state = \(ChecklistState.open)
            ORDER BY id DESC LIMIT 1
            """)
        return row.map { ObjectReference("checklist", $0.id) }
    }
}
