import Essentials
import Testing

struct `Pages` {
    @Test func `one row more than asked for makes a next page`() {
        let page = Page(rows: [1, 2, 3, 4], limit: 3) { String($0) }
        #expect(page.items == [1, 2, 3])
        #expect(page.next == "3")
    }

    @Test(arguments: [0, 1, 3])
    func `as many rows as asked for, or fewer, are the last page`(count: Int) {
        let page = Page(rows: Array(0..<count), limit: 3) { String($0) }
        #expect(page.items.count == count)
        #expect(page.next == nil)
    }

    @Test func `a mapped page keeps its place`() {
        let page = Page(rows: [1, 2], limit: 1) { String($0) }.map { $0 * 10 }
        #expect(page.items == [10])
        #expect(page.next == "1")
    }

    @Test(arguments: [(-5, 1), (0, 1), (1, 1), (500, 500), (501, 500), (Int.max, 500)])
    func `a request for too many or too few gets what there can be`(asked: Int, given: Int) {
        #expect(PageRequest(limit: asked).limit == given)
    }
}
