import SeededRandom
import CVPMU
import VPMULoader
import VPMUModel

/// One call of a model's callback on a state, outside any virtual CPU.
enum CallbackCall: Equatable {
  case getMSR(MSRNumber, AccessOrigin)
  case setMSR(MSRNumber, UInt64, AccessOrigin)
  case isValidMSR(MSRNumber)
  case msrIndexToPMC(MSRNumber)
  case rdpmcECXToPMC(RDPMCSelector)
  case checkRDPMCEarly(RDPMCSelector)
  case findArchEvent(UInt64)
  case findFixedEvent(UInt32)
  case deliverPMI
  case cleanup

  /// Whether the header lets the callback change the state.
  var mayChange: Bool {
    switch self {
    case .setMSR, .deliverPMI, .cleanup: true
    default: false
    }
  }

  /// Makes the call, and carries out by the tables what the model leaves to them.
  ///
  /// - Parameter layout: of the state. The tables are the core's, and know the current one only: with another one what
  ///   is left to them is no number and no change
  /// - Returns: the returned value, as numbers
  func perform(_ model: PluginModel, on state: PMUState, layout: GuardedState.Layout = .current) -> [UInt64] {
    let hasTables = layout == .current
    switch self {
    case .getMSR(let msr, let origin):
      let answer = model._specialGetMSR(msr, origin: origin, state.view)
      return numbers(answer ?? (hasTables ? model.registers.read(msr, origin: origin, state.view) : nil))
    case .setMSR(let msr, let value, let origin):
      let answer = model._specialSetMSR(msr, value, origin: origin, state)
      return numbers(answer ?? (hasTables ? model.registers.write(msr, value, origin: origin, state) : nil))
    case .isValidMSR(let msr): return [model._isValidMSR(msr, state.view) ? 1 : 0]
    case .msrIndexToPMC(let msr): return numbers(model._msrIndexToPMC(msr, state.view))
    case .rdpmcECXToPMC(let ecx): return numbers(model._rdpmcECXToPMC(ecx, state.view))
    case .checkRDPMCEarly(let ecx): return [UInt64(model._checkRDPMCEarly(ecx, state.view).rawValue)]
    case .findArchEvent(let selector): return numbers(model._findArchEvent(selector, state.view))
    case .findFixedEvent(let index): return numbers(model._findFixedEvent(index, state.view))
    case .deliverPMI: model.deliverPMI(state)
    case .cleanup: model.cleanup(state)
    }
    return []
  }

  private func numbers(_ answer: ModelAnswer?) -> [UInt64] {
    answer.map { [UInt64($0.status.rawValue), UInt64($0.pmc), $0.value] } ?? []
  }

  private func numbers(_ pmc: PMCIndex?) -> [UInt64] { pmc.map { [UInt64($0.rawValue)] } ?? [] }

  private func numbers(_ event: ModelEvent) -> [UInt64] {
    [event.select, UInt64(bitPattern: Int64(event.generic?.rawValue ?? -1)), UInt64(event.quality.rawValue)]
  }

  /// A random call, mostly with numbers that the model claims and their neighbours.
  static func random(
    _ generator: inout SeededGenerator, _ declaration: ModelDeclaration, _ state: PMUStateView
  ) -> CallbackCall {
    let msr = register(&generator, declaration)
    let origin: AccessOrigin = generator.below(8) == 0 ? .host : .guest
    let ecx = RDPMCSelector(selector(&generator, declaration))
    switch generator.below(16) {
    case 0..<7: return .setMSR(msr, generator.value(), origin)
    case 7..<9: return .getMSR(msr, origin)
    case 9: return .isValidMSR(msr)
    case 10: return .msrIndexToPMC(msr)
    case 11: return .rdpmcECXToPMC(ecx)
    case 12: return .checkRDPMCEarly(ecx)
    case 13:
      guard state.fields.fixed_count > 0, generator.below(2) == 0 else { return .findArchEvent(generator.value()) }
      return .findFixedEvent(UInt32(generator.below(UInt64(state.fields.fixed_count))))
    case 14: return .deliverPMI
    default: return .cleanup
    }
  }

  private static func register(_ generator: inout SeededGenerator, _ declaration: ModelDeclaration) -> MSRNumber {
    guard !declaration.ranges.isEmpty, generator.below(10) > 0 else {
      return MSRNumber(UInt32(truncatingIfNeeded: generator.next()))
    }
    let range = generator.pick(declaration.ranges)
    if generator.below(10) == 0 { return MSRNumber(range.first.rawValue &- 4 &+ UInt32(generator.below(32))) }
    return range.register(UInt32(generator.below(UInt64(range.count)))) ?? range.first
  }

  private static func selector(_ generator: inout SeededGenerator, _ declaration: ModelDeclaration) -> UInt32 {
    let bases = declaration.ranges.compactMap(\.rdpmcBase?.rawValue)
    guard !bases.isEmpty, generator.below(4) > 0 else { return UInt32(truncatingIfNeeded: generator.next()) }
    return generator.pick(bases) &+ UInt32(generator.below(20))
  }
}

extension CallbackCall: CustomStringConvertible {
  var description: String {
    switch self {
    case .getMSR(let msr, let origin): "get_msr of \(msr)\(origin.text)"
    case .setMSR(let msr, let value, let origin): "set_msr of \(hex(value)) to \(msr)\(origin.text)"
    case .isValidMSR(let msr): "is_valid_msr of \(msr)"
    case .msrIndexToPMC(let msr): "msr_idx_to_pmc of \(msr)"
    case .rdpmcECXToPMC(let ecx): "rdpmc_ecx_to_pmc of \(hex(ecx.rawValue))"
    case .checkRDPMCEarly(let ecx): "check_rdpmc_early of \(hex(ecx.rawValue))"
    case .findArchEvent(let selector): "find_arch_event of \(hex(selector))"
    case .findFixedEvent(let index): "find_fixed_event of \(index)"
    case .deliverPMI: "deliver_pmi"
    case .cleanup: "cleanup"
    }
  }
}
