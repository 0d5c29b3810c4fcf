import Glibc

/// Random bytes of the kernel's generator, by one call for all of them.
package func randomBytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    bytes.withUnsafeMutableBytes { buffer in
        if let start = buffer.baseAddress { arc4random_buf(start, buffer.count) }
    }
    return bytes
}
