/// How many overflow interrupts a virtual CPU may cause.
///
/// A token bucket: `burst` tokens at first, `rate` new ones a second, one for each interrupt. What it has no token for
/// is a debt, and each time the debt has grown the shortest period that events get is doubled; once it is half full
/// again each charge halves it. So the rate settles at the budget, whatever the guest's events and periods are.
/// Overflows come late then, the next one by as much as its longer period; counts stay exact.
package struct InterruptBudget: Sendable, Hashable {
  /// Interrupts a second, 1 or more.
  package let rate: UInt64
  /// Interrupts that may come at once, after a time without.
  package let burst: UInt64

  /// In units of 1 / 10^9 token, so that time in ns refills without rounding; below 0: the debt.
  private var level: Int64
  private var last: UInt64
  /// The largest debt that the periods have been made longer for, as a level; 0: none since there was one.
  private var deepest: Int64 = 0
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

  /// Whether periods were made longer when it was looked at last.
  package var isOverdrawn: Bool { doublings != 0 }

  /// Whether they are at this time.
  package func isOverdrawn(at now: UInt64) -> Bool {
    var later = self
    later.refill(now)
    return later.isOverdrawn
  }

  /// `interrupts` have come since the last time.
  package mutating func charge(_ interrupts: UInt64, at now: UInt64) {
    refill(now)
    guard interrupts != 0 else { return }
    if level >= 0 { deepest = 0 }
    level = max(level - Int64(min(interrupts, 2 * burst + Self.mostDoublings)) * Self.unit, bottom)
    // There a debt can't grow any more.
    if level < deepest || level == bottom {
      deepest = level
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

  /// A debt beyond it is forgiven: none gets there by one interrupt after the other, since each doubles the periods.
  private var bottom: Int64 { -full - Int64(Self.mostDoublings) * Self.unit }

  private mutating func refill(_ now: UInt64) {
    let (gain, overflow) = (now > last ? now - last : 0).multipliedReportingOverflow(by: rate)
    last = max(now, last)
    level = overflow || gain >= UInt64(full - level) ? full : level + Int64(gain)
    if level == full { doublings = 0 }
  }
}
