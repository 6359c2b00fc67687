import SeededRandom
import VPMUCore
import VPMUModel

/// One thing that a guest, its VMM or its host does.
public enum GuestAction: Sendable {
  case write(MSRNumber, UInt64, AccessOrigin)
  case read(MSRNumber, AccessOrigin)
  case readPMC(RDPMCSelector, cpl: UInt8, cr4PCE: Bool)
  case enter
  /// `enter`, then occurrences of an event.
  case run(EventCode, Rings, UInt64)
  case scheduledIn
  case emulated(EventCode, cpl: UInt8, UInt64)
  case filter([UInt64], masked: Bool, allow: Bool, fixedBitmap: UInt64)
}

/// A guest that does anything, mostly near its PMU's registers, in no order at all.
public struct RandomGuest {
  private var generator: SeededGenerator
  private let registers: [MSRNumber]
  private let selectors: [UInt32]
  private let codes: [UInt64]
  private let eventSelectMask: UInt64
  private let most: UInt64

  /// - Parameter most: occurrences of an event in one run, at most
  public init(_ declaration: ModelDeclaration, generator: SeededGenerator, most: UInt64 = .max) {
    self.most = most
    self.generator = generator
    registers = declaration.ranges.flatMap { range in (0..<range.count).compactMap { range.register($0) } }
    selectors = declaration.ranges.compactMap { $0.rdpmcBase?.rawValue }
    codes = declaration.events.map(\.select) + [0x1234, 0]
    eventSelectMask = declaration.eventSelectMask
  }

  public mutating func next() -> GuestAction {
    switch generator.below(100) {
    case 0..<45: .write(register(), value(), generator.below(16) == 0 ? .host : .guest)
    case 45..<65: .read(register(), generator.below(16) == 0 ? .host : .guest)
    case 65..<72:
      .readPMC(
        RDPMCSelector(generator.below(8) == 0 ? UInt32(truncatingIfNeeded: generator.next()) : selector()),
        cpl: UInt8(generator.below(4)), cr4PCE: generator.below(2) == 0)
    case 72..<80: .enter
    case 80..<92: .run(code(), generator.below(2) == 0 ? .user : .kernel, count())
    case 92..<96: .scheduledIn
    case 96..<99: .emulated(code(), cpl: UInt8(generator.below(4)), generator.below(3) == 0 ? count() : 1)
    default: filter()
    }
  }

  private mutating func register() -> MSRNumber {
    switch generator.below(20) {
    case 0: MSRNumber(UInt32(truncatingIfNeeded: generator.value()))
    case 1: MSRNumber(generator.pick(registers).rawValue &+ UInt32(generator.below(40)) &- 20)
    default: generator.pick(registers)
    }
  }

  /// An event select that counts, often; sometimes what enables all counters globally; else any value.
  private mutating func value() -> UInt64 {
    switch generator.below(8) {
    case 0...3: break
    case 4: return generator.pick([0x3, 0xF, 0x3F, 0xFF, 0x7_0000_000F, 0x7_0000_00FF])
    default: return generator.value()
    }
    let flags: UInt64 = generator.below(4) == 0 ? generator.next() & 0xFFFF_0000 : 1 << 22 | generator.below(32) << 16
    return generator.pick(codes) | flags & ~(1 << 21)
  }

  private mutating func selector() -> UInt32 { generator.pick(selectors) &+ UInt32(generator.below(10)) }

  private mutating func code() -> EventCode { EventCode(selector: generator.pick(codes), mask: eventSelectMask) }

  private mutating func count() -> UInt64 {
    min(most, generator.below(3) == 0 ? generator.value() : generator.below(1 << 12))
  }

  private mutating func filter() -> GuestAction {
    let masked = generator.below(2) == 0
    let entries = (0..<generator.below(generator.below(50) == 0 ? 310 : 6)).map { _ in
      generator.pick(codes) | (masked ? generator.below(256) << 56 | generator.below(2) << 55 : 0)
        | (generator.below(20) == 0 ? generator.next() : 0)
    }
    return .filter(entries, masked: masked, allow: generator.below(2) == 0, fixedBitmap: generator.below(16))
  }
}
