import CVPMU
import VPMUModel

extension CallbackCall {
  /// Values at whose bits errors show: extremes, patterns, and the fields of control registers.
  static let extremeValues: [UInt64] = [
    .max, 0, 1, 1 << 63, 0x5555_5555_5555_5555, 0xAAAA_AAAA_AAAA_AAAA, 0x5555_5555, 0xAAAA_AAAA, 0xFFFF_FFFF,
    .max << 32, .max >> 1, 0x3FFF,
  ]

  /// Every callback but `refresh` and `reset` with every number that is claimed or next to one that is, every selector
  /// that is declared, every event, and extremes of each.
  static func systematic(_ declaration: ModelDeclaration, fixedCounters: UInt32) -> [CallbackCall] {
    let enabled = VPMU_SELECT_ENABLE | VPMU_SELECT_USER | VPMU_SELECT_OS | VPMU_SELECT_INTERRUPT
    let events = declaration.events.map(\.select)
    let values = extremeValues + events.prefix(2).map { $0 | enabled }
    var calls: [CallbackCall] = []
    for msr in Self.numbersAndNeighbours(declaration.claimedNumbers + [MSRNumber(0)]) {
      calls += [.isValidMSR(msr), .msrIndexToPMC(msr), .getMSR(msr, .guest), .getMSR(msr, .host)]
      calls += values.flatMap { [.setMSR(msr, $0, .guest), .setMSR(msr, $0, .host)] }
    }
    let bases = declaration.ranges.compactMap { $0.rdpmcBase?.rawValue }
    for base in bases + [0, .max, 1 << 31, 1 << 30] {
      for n in 0..<20 as Range<UInt32> {
        let ecx = RDPMCSelector(base &+ n)
        calls += [.checkRDPMCEarly(ecx), .rdpmcECXToPMC(ecx)]
      }
    }
    calls += (events + events.map { $0 | enabled } + extremeValues).map { .findArchEvent($0) }
    calls += (0..<fixedCounters).map { .findFixedEvent($0) }
    return calls + [.deliverPMI, .cleanup]
  }

  /// Each number, and the one before and after it, once, in ascending order.
  private static func numbersAndNeighbours(_ numbers: [MSRNumber]) -> [MSRNumber] {
    let all = numbers.flatMap { [$0.rawValue &- 1, $0.rawValue, $0.rawValue &+ 1] }
    return Set(all).sorted().map { MSRNumber($0) }
  }
}
