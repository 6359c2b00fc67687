/// How many overflow interrupts a virtual CPU may cause.
///
/// A token bucket: `burst` tokens at first, `rate` new ones a second, one for each interrupt. Each interrupt that it has no token
/// for doubles the shortest period that events get, and is a debt; once it is half full again each interrupt halves the period. So
/// the rate settles at the budget, whatever the guest's events and periods are. Overflows come late then; counts stay exact.
package struct InterruptBudget: Sendable, Hashable {
  /// Interrupts a second, 1 or more.
  package let rate: UInt64
  /// Interrupts that may come at once, after a time without.
  package let burst: UInt64

  /// In units of 1 / 10^9 token, so that time in ns refills without rounding; below 0: the debt.
  private var level: Int64
  private var last: UInt64
  /// How often the shortest period is doubled.
  private var doublings: UInt64 = 0

  private static let unit: Int64 = 1_000_000_000
  /// No event asks for more than 2^62.
  private static let mostDoublings: UInt64 = 62

  /// - Parameters:
  ///   - rate: interrupts a second, at most 10^6; the burst is a tenth of it
  ///   - now: CLOCK_MONOTONIC in ns
  package init(rate: UInt32, at now: UInt64) {
    self.rate = UInt64(max(1, min(rate, 1_000_000)))
    burst = max(1, self.rate / 10)
    level = Int64(burst) * Self.unit
    last = now
  }

  /// Whether periods are made longer now.
  package var isOverdrawn: Bool { doublings != 0 }

  /// `interrupts` have come since the last time.
  package mutating func charge(_ interrupts: UInt64, at now: UInt64) {
    refill(now)
    guard interrupts != 0 else { return }
    level = max(level - Int64(min(interrupts, 2 * burst)) * Self.unit, -full)
    if level < 0 {
      doublings = min(doublings &+ 1, Self.mostDoublings)
    } else if level > full / 2, doublings > 0 {
      doublings -= 1
    }
  }

  /// The shortest period that an event gets now.
  ///
  /// - Parameter usual: its shortest period while nothing is overdrawn, 1 to 2^62
  package func shortestPeriod(usual: UInt64) -> UInt64 {
    let room = UInt64(max(usual.leadingZeroBitCount, 1) - 1)
    return usual &<< min(doublings, room)
  }

  /// At most 10^14.
  private var full: Int64 { Int64(burst) * Self.unit }

  private mutating func refill(_ now: UInt64) {
    let (gain, overflow) = (now > last ? now - last : 0).multipliedReportingOverflow(by: rate)
    last = max(now, last)
    level = overflow || gain >= UInt64(full - level) ? full : level + Int64(gain)
    if level == full { doublings = 0 }
  }
}
