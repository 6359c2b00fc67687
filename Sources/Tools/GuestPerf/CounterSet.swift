import VPMUCore
import VPMUModel

/// One event on its counter, with all that the driver writes worked out.
public struct ProgrammedCounter: Sendable, Equatable, BitwiseCopyable {
  public var registers: CounterRegisters
  public var event: GuestEvent
  /// The control register's value while the counter is to count, and while it is not.
  public var enabled: UInt64
  public var disabled: UInt64
  /// What is written to the counter: minus the period, or half its range for an event that counts.
  public var preset: UInt64

  /// The counter's highest bit: clear once it has overflowed, as periods are below half its range.
  @inlinable
  public var topBit: UInt64 { 1 &<< UInt64(registers.width &- 1) }

  /// Events since the preset was written, when the counter reads `value`.
  @inlinable
  public func events(at value: UInt64) -> UInt64 {
    let isNegative = registers.signExtends && preset &>> 31 & 1 != 0
    return (value &- (isNegative ? preset | 0xFFFF_FFFF &<< 32 : preset)) & (topBit &* 2 &- 1)
  }

  init(_ event: GuestEvent, on registers: CounterRegisters) {
    self.registers = registers
    self.event = event
    if registers.pmc.isFixed {
      enabled = event.fixedControl &<< UInt64(4 &* registers.pmc.number)
      disabled = 0
    } else {
      enabled = event.select(enabled: true)
      disabled = event.select(enabled: false)
    }
    // A register that sign-extends takes 32 bits; the rest follows from bit 31.
    let writable = widthMask(bits: registers.signExtends ? min(32, registers.width) : registers.width)
    let half = writable &>> 1 &+ 1
    preset = (0 &- min(event.period ?? half, half)) & writable
  }
}

/// The events that are on the counters at one time.
public struct CounterSet: Sendable {
  public let counters: [ProgrammedCounter]

  /// Puts `events` on the first general-purpose counters, in their order; what does not fit is left out.
  public init(_ events: [GuestEvent], on map: RegisterMap) {
    counters = zip(events, map.generalPurpose).map { ProgrammedCounter($0, on: $1) }
  }

  /// Puts an event on fixed counter `index`. Nil: there is no such counter.
  public init?(_ event: GuestEvent, onFixed index: Int, of map: RegisterMap) {
    guard map.fixed.indices.contains(index) else { return nil }
    counters = [ProgrammedCounter(event, on: map.fixed[index])]
  }

  /// The bits of its counters.
  public var bits: UInt64 { counters.reduce(0) { $0 | $1.registers.pmc.bit } }
}
