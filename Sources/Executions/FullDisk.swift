import Foundation
import Glibc
import Processes

/// Tells a full disk, which somebody will make room on, from what no waiting mends.
enum FullDisk {
    static let codes = [ENOSPC, EDQUOT]

    static func isCause(of error: any Error) -> Bool {
        switch error {
        case let error as SystemError: codes.contains(error.code)
        case let error as CocoaError: error.code == .fileWriteOutOfSpace
        default: false
        }
    }
}
