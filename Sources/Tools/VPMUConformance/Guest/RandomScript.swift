import SeededRandom
import CVPMU
import VPMUCore
import VPMUModel
import VPMUTrace

/// Random operations of a guest, mostly near its PMU's registers. Their answers are placeholders.
struct RandomScript {
  private var generator: SeededGenerator
  private let registers: [MSRNumber]
  private let selectors: [UInt32]
  private let codes: [UInt64]
  private let eventSelectMask: UInt64

  init(_ declaration: ModelDeclaration, _ generator: SeededGenerator) {
    self.generator = generator
    // A plugin may declare no register, or none for RDPMC: then the script uses one that it does not have.
    registers = declaration.claimedNumbers + [MSRNumber(0)]
    selectors = declaration.ranges.compactMap { $0.rdpmcBase?.rawValue } + [0]
    codes = declaration.events.map(\.select) + [0x1234, 0]
    eventSelectMask = declaration.eventSelectMask
  }

  /// - Parameter count: the approximate number; a `run` is two operations, as it follows an `enter`
  mutating func operations(_ count: Int) -> [TraceOperation] {
    var operations: [TraceOperation] = []
    operations.reserveCapacity(count)
    while operations.count < count {
      let next = operation()
      if case .run = next { operations.append(.enter(pmi: false, hostEvents: 0)) }
      operations.append(next)
    }
    return operations
  }

  private mutating func operation() -> TraceOperation {
    switch generator.below(100) {
    case 0..<45: .writeMSR(register(), value(), origin: origin(), ok: false)
    case 45..<66: .readMSR(register(), origin: origin(), value: nil)
    case 66..<72:
      .readPMC(selector(), cpl: UInt8(generator.below(4)), cr4PCE: generator.below(2) == 0, value: nil)
    case 72..<80: .enter(pmi: false, hostEvents: 0)
    case 80..<92: .run(event(), ring: generator.below(2) == 0 ? .user : .kernel, count: count())
    case 92..<96: .scheduledIn
    default:
      .emulated(
        selector: generator.pick(codes), cpl: UInt8(generator.below(4)),
        count: UInt32(truncatingIfNeeded: generator.below(3) == 0 ? generator.next() : 1))
    }
  }

  private mutating func origin() -> AccessOrigin { generator.below(16) == 0 ? .host : .guest }

  private mutating func register() -> MSRNumber {
    switch generator.below(20) {
    case 0: MSRNumber(UInt32(truncatingIfNeeded: generator.value()))
    case 1: MSRNumber(generator.pick(registers).rawValue &+ UInt32(generator.below(40)) &- 20)
    default: generator.pick(registers)
    }
  }

  /// Often an event select that counts, or low bits, which enable counters; otherwise any value.
  private mutating func value() -> UInt64 {
    switch generator.below(8) {
    case 0...3: generator.pick(codes) | VPMU_SELECT_ENABLE | generator.below(32) << 16
    case 4: generator.below(1 << 12)
    default: generator.value()
    }
  }

  private mutating func selector() -> RDPMCSelector {
    let isAny = generator.below(8) == 0
    return RDPMCSelector(
      isAny ? UInt32(truncatingIfNeeded: generator.value()) : generator.pick(selectors) &+ UInt32(generator.below(10)))
  }

  private mutating func event() -> TraceEvent {
    let code = EventCode(selector: generator.pick(codes), mask: eventSelectMask)
    return TraceEvent(number: code.number, unitMask: code.unitMask)
  }

  private mutating func count() -> UInt64 { generator.below(3) == 0 ? generator.value() : generator.below(1 << 12) }
}

extension ModelDeclaration {
  /// MSR numbers that some range claims: all of a range, or the first and the last 32 of a long one.
  var claimedNumbers: [MSRNumber] {
    ranges.flatMap { range in
      let all = 0..<range.count
      let picked = all.count <= 64 ? Array(all) : Array(all.prefix(32)) + all.suffix(32)
      return picked.compactMap(range.register)
    }
  }
}
