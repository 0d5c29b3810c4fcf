import RunbookFormat
import Testing

@Suite struct DurationTextTests {
    @Test(arguments: [
        ("30s", 30_000), ("5m", 300_000), ("1h30m", 5_400_000), ("500ms", 500), ("2d", 172_800_000),
        ("1m30s500ms", 90_500), ("0s", 0),
    ])
    func `a duration reads as its milliseconds`(text: String, milliseconds: Int) {
        #expect(DurationText.parse(text) == .milliseconds(milliseconds))
    }

    @Test(arguments: [
        "", "30", "s", "5 m", "-5s", "1.5h", "30m1h", "1m1m", "5x", "99999999999999d", "11000d", "1H", "５s",
    ])
    func `anything else is no duration`(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(arguments: [0, 1, 999, 1000, 60_000, 90_500, 3_600_000, 86_400_000, 93_784_005])
    func `what is written reads back as the same`(milliseconds: Int) {
        let duration = Duration.milliseconds(milliseconds)
        #expect(DurationText.parse(DurationText.format(duration)) == duration)
    }
}
