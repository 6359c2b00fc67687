/// Lays the entries of a ``RegisterFile`` out: a hash table with linear probing that is filled once.
@usableFromInline
struct RegisterIndex {
  /// 2^64 divided by the golden ratio: the multiples of a number, such as successive registers, fall far apart.
  @inlinable
  static var multiplier: UInt64 { 0x9E37_79B9_7F4A_7C15 }

  private let entries: [RegisterEntry]
  private var shift: UInt8
  /// The longest way from an entry's first place to where it stands.
  private var reach = 0

  init(_ ranges: [RegisterRange]) {
    let total = ranges.reduce(UInt64(0)) { $0 + UInt64($1.count) }
    precondition(
      total <= RegisterFile.maximumRegisters,
      "a model declares \(total) registers, \(RegisterFile.maximumRegisters) is the limit")
    entries = Self.registers(ranges) + Self.selectors(ranges)
    var bits = 2
    while 1 << bits < 2 * entries.count { bits += 1 }
    shift = UInt8(64 - bits)
    reach = layOut().reach
    // Tables are small: a longer one is cheaper than a second compare.
    for _ in 0..<3 where reach > 1 {
      shift -= 1
      reach = layOut().reach
    }
  }

  /// The header, and behind it the entries, in memory that is never freed. The last entry is empty, so that no search
  /// runs over the end.
  func permanent() -> UnsafePointer<RegisterFile.Header> {
    let places = layOut().places
    let (headerSize, stride) = (MemoryLayout<RegisterFile.Header>.stride, MemoryLayout<RegisterEntry>.stride)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: headerSize + places.count * stride, alignment: 64)
    let table = (memory + headerSize).bindMemory(to: RegisterEntry.self, capacity: places.count)
    table.initialize(repeating: .empty, count: places.count)
    for case (let place, let entry?) in places.enumerated() { table[place] = entry }
    let header = memory.bindMemory(to: RegisterFile.Header.self, capacity: 1)
    header.initialize(
      to: RegisterFile.Header(
        shift: UInt64(shift), gpCounters: counters(from: .generalPurpose(0)), fixedCounters: counters(from: .fixed(0)),
        sharedEnable: sharedEnable))
    return UnsafePointer(header)
  }

  /// Number of counters that have value registers, from `first` on without a gap.
  private func counters(from first: PMCIndex) -> UInt32 {
    let claimed = entries.reduce(UInt64(0)) { $1.kind == .counter ? $0 | $1.pmc.bit : $0 }
    return UInt32(min(16, (~(claimed &>> UInt64(first.rawValue))).trailingZeroBitCount))
  }

  /// The counters of the range whose first enable bit is that of all.
  private var sharedEnable: UInt64 {
    entries.reduce(0) { $1.kind == .eventSelect && $1.traits.contains(.sharedEnable) ? $0 | $1.pmc.bit : $0 }
  }

  private func layOut() -> (places: [RegisterEntry?], reach: Int) {
    var places = [RegisterEntry?](repeating: nil, count: 1 << (64 - Int(shift)))
    var reach = 0
    for entry in entries {
      let first = Int((entry.key &* Self.multiplier) >> UInt64(shift))
      var place = first
      while place < places.count, places[place] != nil { place += 1 }
      if place == places.count { places.append(nil) }
      places[place] = entry
      reach = max(reach, place - first)
    }
    return (places + [nil], reach)
  }
}

// MARK: Entries

extension RegisterIndex {
  /// The registers, the first that claims a number.
  private static func registers(_ ranges: [RegisterRange]) -> [RegisterEntry] {
    var entries: [RegisterEntry] = []
    var claimed: Set<UInt64> = []
    var named: UInt64 = 0
    for range in ranges {
      var namedHere: UInt64 = 0
      for n in 0..<range.count {
        guard let msr = range.register(n) else { continue }
        let key = RegisterEntry.key(of: msr)
        guard claimed.insert(key).inserted else { continue }
        let pmc = range.counter(n)
        let constant = range.role == .constant ? PMCIndex(rawValue: (range.word &+ n) & 3) : nil
        var kind = range.kind
        if kind == .counter, let pmc {
          namedHere |= pmc.bit
          if range.traits.contains(.fullWidth), named & pmc.bit != 0 { kind = .counterAlias }
        }
        entries.append(
          RegisterEntry(
            key: key, kind: kind, pmc: pmc ?? constant, counters: pmc?.bit ?? 0, features: range.features,
            traits: range.traits))
      }
      named |= namedHere
    }
    return entries
  }

  /// The selectors of RDPMC. Ranges for the same counters may share them: one that needs no more than an earlier one
  /// adds nothing.
  private static func selectors(_ ranges: [RegisterRange]) -> [RegisterEntry] {
    var entries: [RegisterEntry] = []
    for range in ranges {
      guard let base = range.rdpmcBase else { continue }
      for n in 0..<range.count {
        guard let pmc = range.counter(n), pmc != .noSuchCounter else { continue }
        let key = RegisterEntry.key(of: RDPMCSelector(base.rawValue &+ n))
        let isKnown = entries.contains { $0.key == key && $0.pmc == pmc && $0.features.isSubset(of: range.features) }
        guard !isKnown else { continue }
        entries.append(RegisterEntry(key: key, kind: .selector, pmc: pmc, counters: pmc.bit, features: range.features))
      }
    }
    return entries
  }
}

extension RegisterRange {
  fileprivate var kind: RegisterEntry.Kind {
    switch role {
    case .other: .other
    case .gpCounter, .fixedCounter: .counter
    case .eventSelect: .eventSelect
    case .fixedControl: .fixedControl
    case .globalControl: .globalControl
    case .globalStatus: .globalStatus
    case .globalStatusClear: .globalStatusClear
    case .globalStatusSet: .globalStatusSet
    case .constant: .constant
    }
  }

  /// The counter of register `n`: nil for a role that has none.
  fileprivate func counter(_ n: UInt32) -> PMCIndex? {
    let first: PMCIndex
    switch role {
    case .gpCounter, .eventSelect: first = .generalPurpose(0)
    case .fixedCounter: first = .fixed(0)
    default: return nil
    }
    let number = UInt64(firstPMC.rawValue) + UInt64(n)
    let isCounter = number >= first.rawValue && number < first.rawValue + 16
    return isCounter ? PMCIndex(rawValue: UInt32(number)) : .noSuchCounter
  }
}
