import API
import Essentials

extension Client {
    /// The items of a list, page after page, as the server sent them.
    /// - Parameter limit: how many at most; nil for all.
    func items(
        _ path: (_ limit: String, _ after: String?) -> ResourcePath, limit: Int? = nil
    ) async throws -> List<JSONValue> {
        var items: [JSONValue] = []
        var after: String?
        repeat {
            let count = min(PageRequest.maximum, limit.map { $0 - items.count } ?? PageRequest.maximum)
            let page = try await get(path(String(count), after), as: List<JSONValue>.self)
            items += page.items
            guard page.next == nil || page.next != after else { throw stranger("its list does not end") }
            after = page.next
        } while after != nil && items.count < limit ?? .max
        return List(items: items, next: after)
    }
}
