/// Two ways to do the same, timed by turns, round after round: what disturbs the machine disturbs both.
struct CallRounds {
  static var rounds: Int { 101 }
  /// Calls of one round, at least: some 50 µs, of which reading the clock is nothing.
  static var calls: Int { 20_000 }

  /// What the calls of a sweep are made with.
  let accesses: [SampleAccess]

  init(_ accesses: [SampleAccess]) { self.accesses = accesses }

  /// - Returns: the time of one call for each
  @inline(__always)
  func compare(_ one: (SampleAccess) -> UInt64, _ other: (SampleAccess) -> UInt64) -> (CallTime, CallTime) {
    let sweeps = Self.calls / max(accesses.count, 1) + 1
    var times = (Samples(capacity: Self.rounds), Samples(capacity: Self.rounds))
    for _ in 0..<Self.rounds {
      times.0.add(round(sweeps, one))
      times.1.add(round(sweeps, other))
    }
    let calls = UInt64(sweeps * max(accesses.count, 1))
    return (times.0.callTime(calls), times.1.callTime(calls))
  }

  @inline(__always)
  func round(_ sweeps: Int, _ call: (SampleAccess) -> UInt64) -> UInt64 {
    accesses.withUnsafeBufferPointer { accesses in
      var sum: UInt64 = 0
      let start = Clock.now()
      for sweep in 0..<sweeps {
        // Every other sweep writes zeros: a write that changes nothing would be the cheaper one.
        let mask = UInt64(truncatingIfNeeded: sweep & 1) &- 1
        for access in accesses {
          sum &+= call(SampleAccess(number: access.number, value: access.value & mask))
        }
      }
      let time = Clock.now() &- start
      CallSink.take(sum)
      return time
    }
  }
}

extension Samples {
  func callTime(_ calls: UInt64) -> CallTime {
    let summary = summary
    return CallTime(best: summary.minimum &* 100 / calls, median: summary.median &* 100 / calls)
  }
}

/// Where results go, so that no call is spared.
enum CallSink {
  @inline(never)
  static func take(_ value: UInt64) { _ = value }
}
