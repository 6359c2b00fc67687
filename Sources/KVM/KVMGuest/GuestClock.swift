import CLinux
import Glibc

/// The guest's clock: its time stamp counter, which the guest reads by RDTSC.
public struct GuestClock: Sendable, Hashable {
  /// Ticks in a second, above 0.
  public let frequency: UInt64

  public init(frequency: UInt64) { self.frequency = max(frequency, 1) }

  /// What so many ticks are in ns.
  public func nanoseconds(_ ticks: UInt64) -> UInt64 {
    let (high, low) = ticks.multipliedFullWidth(by: 1_000_000_000)
    guard high < frequency else { return .max }
    return frequency.dividingFullWidth((high, low)).quotient
  }
}

extension VirtualCPU {
  /// Compares the guest's time stamp counter with CLOCK_MONOTONIC. A hypervisor may scale it, so it is the guest that
  /// reads it.
  ///
  /// - Parameter interval: between the two comparisons, in ns
  public func calibrateClock(over interval: UInt64 = 50_000_000) throws(GuestError) -> GuestClock {
    let first = try compareClocks()
    var time = timespec(tv_sec: Int(interval / 1_000_000_000), tv_nsec: Int(interval % 1_000_000_000))
    // A signal makes it shorter, which does no harm.
    nanosleep(&time, nil)
    let last = try compareClocks()
    let (high, low) = (last.ticks &- first.ticks).multipliedFullWidth(by: 1_000_000_000)
    let elapsed = max(last.time &- first.time, 1)
    return GuestClock(frequency: high < elapsed ? elapsed.dividingFullWidth((high, low)).quotient : .max)
  }

  /// Exits to the VMM and back that the guest times: OUT to a port where nothing is, with all that comes before the
  /// next entry.
  ///
  /// - Returns: of each exit, its ticks without those of the clock, and the clock's own. 0 for an exit that took less
  ///   than reading the clock did, both before and after it: something else interrupted the guest both times.
  public func exitTimes(_ count: Int) throws(GuestError) -> [(exit: UInt64, clock: UInt64)] {
    try perform(Array(repeating: .timeExit, count: count)).map { result in
      guard case .value(let value) = result else { return (0, 0) }
      return (value & 0xFFFF_FFFF, value >> 32)
    }
  }

  /// Both clocks at one moment: the attempt between whose two readings of the host's clock the least time passed.
  private func compareClocks() throws(GuestError) -> (ticks: UInt64, time: UInt64) {
    var best: (ticks: UInt64, time: UInt64) = (0, 0)
    var shortest = UInt64.max
    for _ in 0..<9 {
      let start = clinux_monotonic_time()
      let result = try perform(.readTSC)
      let elapsed = clinux_monotonic_time() &- start
      guard case .value(let ticks) = result, elapsed < shortest else { continue }
      shortest = elapsed
      best = (ticks, start &+ elapsed / 2)
    }
    return best
  }
}
