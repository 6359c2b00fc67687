import Synchronization
import VPMUModel

/// What a plugin's table of registers says of the counters that writes mark in use: with it, a write need not cross the boundary
/// once more, to find the register that `set_msr` then looks for again.
///
/// A plugin is trusted, not assumed correct. Whenever a guest's CPUID is set the plugin is asked for each of these registers; if
/// it ever says something else than its table, it is asked at each write from then on. Registers of no declared role are always
/// asked for.
@frozen @usableFromInline
struct DeclaredMarks: BitwiseCopyable {
  @usableFromInline let registers: RegisterFile
  /// Never freed, as the plugin is never unloaded; set by any thread.
  @usableFromInline let isContradicted: UnsafeMutablePointer<Atomic<Bool>>

  /// More registers than that are no PMU's: the plugin is asked for them.
  private static let most: UInt64 = 1024

  init(_ ranges: [RegisterRange]) {
    let declared = ranges.filter { $0.role != .other }
    let isTooLong = declared.reduce(UInt64(0)) { $0 + UInt64($1.count) } > Self.most
    registers = RegisterFile(
      (isTooLong ? [] : declared).map {
        var range = $0
        range.rdpmcBase = nil
        return range
      })
    isContradicted = .allocate(capacity: 1)
    isContradicted.initialize(to: Atomic(isTooLong))
  }

  /// The counter that a write of this register marks, an inner nil for none; nil: the plugin is to be asked.
  @inlinable @inline(__always)
  func pmc(of msr: MSRNumber, _ state: PMUState) -> PMCIndex?? {
    isContradicted.pointee.load(ordering: .relaxed) ? .none : registers.claimedPMC(of: msr, state)
  }

  /// Compares with what the plugin says for a state whose shape was set.
  ///
  /// - Parameter ranges: those that this was made of
  func check(_ ranges: [RegisterRange], _ state: PMUState, _ ask: (MSRNumber) -> PMCIndex?) {
    guard !isContradicted.pointee.load(ordering: .relaxed) else { return }
    for range in ranges where range.role != .other {
      for n in 0..<range.count {
        guard let msr = range.register(n), registers.claimedPMC(of: msr, state) != .some(ask(msr)) else { continue }
        return isContradicted.pointee.store(true, ordering: .relaxed)
      }
    }
  }
}
