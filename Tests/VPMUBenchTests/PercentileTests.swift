import Testing
import VPMUBench

@Suite struct PercentileTests {
  @Test func `A hundred times have their median between the middle two and p99 at the second largest`() {
    let summary = TimeSummary((1...100).reversed().map { UInt64($0) * 10 })
    #expect(summary.minimum == 10)
    #expect(summary.median == 505)
    #expect(summary.mean == 505)
    #expect(summary.p99 == 990)
  }

  @Test func `Of an odd number the median is the middle one`() {
    #expect(TimeSummary([9, 1, 5]).median == 5)
    #expect(TimeSummary([9, 1, 5]).p99 == 9)
  }

  @Test func `One time is all of them`() {
    let summary = TimeSummary([7])
    #expect([summary.minimum, summary.median, summary.mean, summary.p99] == [7, 7, 7, 7])
  }

  @Test func `Of 250 times p99 is exceeded by two`() {
    #expect(TimeSummary((1...250).map { UInt64($0) }).p99 == 248)
  }

  @Test func `Samples beyond the capacity are not kept`() {
    var samples = Samples(capacity: 2)
    for time in 1...5 { samples.add(UInt64(time)) }
    #expect(samples.count == 2)
    #expect(samples.summary.mean == 1)
  }
}
