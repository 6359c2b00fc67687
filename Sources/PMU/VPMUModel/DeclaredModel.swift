/// A model that is mostly tables: its registers are declared, and the callbacks follow from that.
///
/// What is left to write is `refresh`, which makes a shape of CPUID, and `reset`:
///
/// ```swift
/// struct AcmeModel: DeclaredModel {
///   let registers = AcmeModel.registerFile
///   let events = AcmeModel.eventTable
///
///   private static let ranges = [
///     RegisterRange(.eventSelect, first: 0x1000, count: 4),
///     RegisterRange(.gpCounter, first: 0x1010, count: 4, rdpmcBase: 0),
///     RegisterRange(.other, first: 0x1020),
///   ]
///   private static let registerFile = RegisterFile(ranges)
///   private static let eventTable = EventTable(
///     [ModelEvent(select: 0x3C, generic: .cycles, quality: .exact)], eventSelectMask: 0xFF)
///
///   var declaration: ModelDeclaration { … }
///
///   func refresh(_ state: PMUState, guest: GuestConfiguration, host: HostLimits) -> Bool {
///     state.setCounters(
///       generalPurpose: CounterShape(count: guest.leaf(0x8765_0000).eax, width: 48), host: host, registers: registers)
///     state.pointee.event_select_reserved = ~0x53_FFFF
///     return true
///   }
///
///   func reset(_ state: PMUState) {}
/// }
/// ```
///
/// A special register is claimed with the role ``RegisterRole/other``. The model implements the callbacks that concern it
/// and hands everything else to `registers`:
///
/// ```swift
///   func getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer {
///     guard msr.rawValue == 0x1020 else { return registers.read(msr, origin: origin, state) }
///     return .done(state.pointee.model_words.0)
///   }
/// ```
public protocol DeclaredModel: PMUModel {
  /// A constant, in a stored property: see ``RegisterFile``.
  var registers: RegisterFile { get }
  /// A constant, in a stored property.
  var events: EventTable { get }
}

extension DeclaredModel {
  @inlinable @inline(__always)
  public func isValidMSR(_ msr: MSRNumber, _ state: PMUState) -> Bool { registers.isValid(msr, state) }

  @inlinable @inline(__always)
  public func msrIndexToPMC(_ msr: MSRNumber, _ state: PMUState) -> PMCIndex? { registers.pmc(of: msr, state) }

  @inlinable @inline(__always)
  public func rdpmcECXToPMC(_ ecx: RDPMCSelector, _ state: PMUState) -> PMCIndex? {
    registers.pmc(selector: ecx, state)
  }

  @inlinable @inline(__always)
  public func getMSR(_ msr: MSRNumber, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer {
    registers.read(msr, origin: origin, state)
  }

  @inlinable @inline(__always)
  public func setMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin, _ state: PMUState) -> ModelAnswer {
    registers.write(msr, value, origin: origin, state)
  }

  @inlinable @inline(__always)
  public func findArchEvent(_ selector: UInt64, _ state: PMUState) -> ModelEvent { events.event(selector: selector) }

  @inlinable @inline(__always)
  public func findFixedEvent(_ index: UInt32, _ state: PMUState) -> ModelEvent { events.fixedEvent(index) }
}
