import VPMUModel

/// Which counter a write to an MSR marks in use, known beforehand.
///
/// Asked at each write, `msr_idx_to_pmc` would look for the register that `set_msr` looks for right after it. But what it
/// answers for a register that the model declares with a role follows from the role, and is the same as long as the guest's
/// CPUID is: so the model is asked for these once. Not kept are registers of no declared role, those that this guest does
/// not have, and those for which the model named a counter that does not exist: for them it is asked at each write.
@frozen @usableFromInline
struct WriteMarks {
  @frozen @usableFromInline
  struct Entry: BitwiseCopyable {
    @usableFromInline let msr: MSRNumber
    /// ``WriteMarks/none`` if a write to the register marks no counter.
    @usableFromInline let pmc: PMCIndex

    init(_ msr: MSRNumber, _ pmc: PMCIndex) {
      self.msr = msr
      self.pmc = pmc
    }
  }

  @usableFromInline let entries: UnsafeMutablePointer<Entry>

  /// An index that no counter has: its bit is in no mask of counters that exist.
  static var none: PMCIndex { PMCIndex(rawValue: 63) }
  private static var capacity: Int { 1 << 8 }

  @usableFromInline
  init() {
    entries = .allocate(capacity: Self.capacity)
    clear()
  }

  @usableFromInline
  func deallocate() { entries.deallocate() }

  /// The counter of a register that is known: one that exists, or ``none``.
  @inlinable @inline(__always)
  func known(_ msr: MSRNumber) -> PMCIndex? {
    let entry = entries[Self.place(of: msr)]
    return entry.msr == msr ? entry.pmc : nil
  }

  /// Asks the model anew.
  ///
  /// - Parameter valid: the counters that exist
  @usableFromInline
  func learn<Model: PMUModel>(_ model: Model, _ state: PMUState, valid: UInt64) {
    clear()
    for range in model.declaration.ranges where range.role != .other {
      // No more counters than that exist, and a table may be long.
      for n in 0..<16 {
        guard let msr = range.register(UInt32(n)), known(msr) == nil, model.isValidMSR(msr, state) else { continue }
        let pmc = model.msrIndexToPMC(msr, state)
        if let pmc, pmc.bit & valid == 0 { continue }
        keep(Entry(msr, pmc ?? Self.none))
      }
    }
  }

  /// A register whose place is taken is left out.
  private func keep(_ entry: Entry) {
    let place = Self.place(of: entry.msr)
    if Self.place(of: entries[place].msr) != place { entries[place] = entry }
  }

  @usableFromInline
  func clear() {
    // A number that belongs to another place is never found in this one.
    entries.initialize(repeating: Entry(MSRNumber(0), Self.none), count: Self.capacity)
    entries[Self.place(of: MSRNumber(0))] = Entry(MSRNumber(1), Self.none)
  }

  /// The top of a product with 2^32 divided by the golden ratio: successive numbers fall far apart.
  @inlinable @inline(__always)
  static func place(of msr: MSRNumber) -> Int { Int((msr.rawValue &* 0x9E37_79B9) &>> 24) }
}
