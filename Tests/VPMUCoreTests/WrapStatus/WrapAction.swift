import SeededRandom
import VPMUCore
import VPMUModel

/// One thing that a guest does, or that its VMM or host does to it.
enum WrapAction: Sendable {
  /// A filter of plain entries.
  struct Filter: Sendable {
    var allows: Bool
    /// Event and unit mask.
    var events: [UInt64]
    var fixedBitmap: UInt64
  }

  /// By the counter's MSR of this number; the value is that many events before the wrap.
  case writeCounter(PMCIndex, name: Int, distance: UInt64)
  case writeSelect(PMCIndex, UInt64)
  case writeFixedControl(UInt64)
  case writeGlobalControl(UInt64)
  /// - Parameter readsFirst: as a handler does
  case clearStatus(UInt64, readsFirst: Bool)
  case setStatus(UInt64)
  case readStatus
  case readCounter(PMCIndex, byRDPMC: Bool)
  case enter
  /// `enter`, then occurrences of an event.
  case run(UInt64, isKernel: Bool, count: UInt64)
  case emulate(UInt64, isKernel: Bool, count: UInt64)
  case setFilter(Filter?)
  case beginSlice
  /// Late notifications come now.
  case deliverNotifications
  case save, restore
  /// Bound to another thread, on which it goes on.
  case bind
  case reset
}

/// A guest that does all of this in no order, with counters that are near their wraps.
struct WrapActions {
  let cpu: GuestCPU
  var random: SeededGenerator

  mutating func next(_ count: Int) -> [WrapAction] { (0..<count).map { _ in next() } }

  private mutating func next() -> WrapAction {
    switch random.below(100) {
    case 0..<16: .writeCounter(counter(), name: Int(random.below(2)), distance: distance())
    case 16..<25: .writeSelect(.generalPurpose(UInt32(random.below(2))), select())
    case 25..<30: .writeFixedControl(control())
    case 30..<37: .writeGlobalControl(random.pick([0, all, all, random.next() & all]))
    case 37..<43: .clearStatus(random.pick([all, random.next() & all]), readsFirst: random.below(4) != 0)
    case 43: .setStatus(random.next() & all)
    case 44..<52: .readStatus
    case 52..<58: .readCounter(counter(), byRDPMC: random.below(2) == 0)
    case 58..<64: .enter
    case 64..<83: .run(random.pick(events), isKernel: random.below(2) == 0, count: occurrences())
    case 83..<90: .emulate(random.pick(events), isKernel: random.below(2) == 0, count: emulated())
    case 90..<92: .setFilter(filter())
    case 92..<94: .beginSlice
    case 94..<97: .deliverNotifications
    case 97: .save
    case 98: random.below(4) == 0 ? .bind : .restore
    default: random.below(3) == 0 ? .reset : .restore
    }
  }

  private var all: UInt64 { cpu.counters.reduce(0) { $0 | $1.bit } }
  /// The first event is what most counters count.
  private var events: [UInt64] { cpu.events + [cpu.events[0], cpu.events[0]] }

  private mutating func counter() -> PMCIndex { random.pick(cpu.counters) }

  private mutating func distance() -> UInt64 {
    random.pick([0, 1, 2, 1 + random.below(30), 1 + random.below(300), 1 + random.below(3000)])
  }

  private mutating func occurrences() -> UInt64 {
    random.pick([1, random.below(40), random.below(400), random.below(3000)])
  }

  private mutating func emulated() -> UInt64 { random.pick([1, 1 + random.below(5), 1 + random.below(400)]) }

  private mutating func select() -> UInt64 {
    // EN and rings, with and without INT and edge, which the simulated host does not model: the counter is programmed
    // again.
    let flags: UInt64 = random.pick([0x43, 0x53, 0x53, 0x53, 0x51, 0x42, 0x57, 0x13, 0])
    return random.pick(events) | flags << 16
  }

  private mutating func control() -> UInt64 {
    (0..<2 as Range<UInt64>).reduce(0) { $0 | random.pick([0, 0xB, 0xB, 0x3, 0x9, 0xA]) << (4 * $1) }
  }

  private mutating func filter() -> WrapAction.Filter? {
    guard random.below(3) == 0 else { return nil }
    return WrapAction.Filter(allows: random.below(2) == 0, events: [random.pick(events)], fixedBitmap: random.below(4))
  }
}
