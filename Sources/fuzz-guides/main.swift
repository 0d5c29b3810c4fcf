import API
import Essentials
import Foundation
import Glibc
import RunbookFormat
import Server

// Reads, lints, lays out and inspects mutated guides; `Scripts/bench fuzz` starts it and judges.
//
//     fuzz-guides run SEED FIRST COUNT SECONDS NOTE FILE…   from guide FIRST on; NOTE holds the number of the one being read
//     fuzz-guides answer FILE                               reads one file
//     fuzz-guides show SEED NUMBER FILE…                    writes a guide
//
// A guide follows from the seed, its number and the files, so that what ends this program can be read again.

/// Of this thread, in seconds: the machine may do other things meanwhile.
func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func number(_ place: Int) -> Int {
    guard CommandLine.arguments.count > place, let number = Int(CommandLine.arguments[place]) else {
        fatalError("Argument \(place) must be a number.")
    }
    return number
}

func mutations(from place: Int) throws -> Mutations {
    let files = CommandLine.arguments.dropFirst(place)
    precondition(!files.isEmpty, "Name the files that the guides are made of.")
    return Mutations(
        seed: UInt64(number(2)), corpus: try files.map { [UInt8](try Data(contentsOf: URL(filePath: $0))) })
}

/// By bytes: what is measured is the reading, not this.
func holds(_ text: String, _ word: String) -> Bool {
    var text = text
    let word = Array(word.utf8)
    return text.withUTF8 { bytes in
        bytes.indices.contains { bytes[$0] == word.first && bytes[$0...].starts(with: word) }
    }
}

/// - Returns: whether it was read; else it was refused with a sentence.
func read(_ bytes: [UInt8]) throws -> Bool {
    let guide: Guide
    do {
        guide = try Guide(parsing: bytes, name: "guide", layingOut: true)
    } catch let problem as Problem {
        precondition(problem.code == .invalid && !problem.message.isEmpty, "A refusal says what to do.")
        return false
    }
    let parts = guide.rendered()
    precondition(
        parts.count { if case .step = $0 { true } else { false } } == guide.steps.count, "A step is not shown.")
    precondition(
        parts.count { if case .item = $0 { true } else { false } } == guide.checklist.count, "An item is not shown.")
    precondition(!parts.contains { holds($0.html, "<script") }, "HTML got through.")
    _ = try JSONEncoder().encode(Inspection(guide: guide, file: "guide.md"))
    precondition(guide.source(bytes, ticked: [:]) == bytes, "Bytes changed without a tick.")
    return true
}

func run() throws {
    let (first, count, seconds) = (number(3), number(4), Double(number(5)))
    let note = open(CommandLine.arguments[6], O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    let guides = try mutations(from: 7)
    let start = Date()
    var (tried, read, slowest, slowestNumber) = (0, 0, 0.0, first)
    while tried < count, Date().timeIntervalSince(start) < seconds {
        let number = first + tried
        let digits = Array("\(number)\n".utf8)
        pwrite(note, digits, digits.count, 0)
        let bytes = guides.guide(number)
        let began = processorTime()
        if try fuzz_guides.read(bytes) { read += 1 }
        let took = processorTime() - began
        if took > slowest { (slowest, slowestNumber) = (took, number) }
        tried += 1
    }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    print(
        """
        {"guides": \(tried), "read": \(read), "slowest": \(slowest), "slowest_number": \(slowestNumber), \
        "memory_kb": \(usage.ru_maxrss)}
        """)
}

func answer() throws {
    guard CommandLine.arguments.count == 3 else { fatalError("Name a file.") }
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: CommandLine.arguments[2])))
    let began = processorTime()
    let isRead = try read(bytes)
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    print("{\"is_read\": \(isRead), \"seconds\": \(processorTime() - began), \"memory_kb\": \(usage.ru_maxrss)}")
}

switch CommandLine.arguments.dropFirst().first {
case "run": try run()
case "answer": try answer()
case "show": FileHandle.standardOutput.write(Data(try mutations(from: 4).guide(number(3))))
default: fatalError("Say run or show.")
}
