import CPlainCalls
import CVPMU
import SimulatedHost
import VPMUCore
import VPMUModel

/// Measures what the callbacks of a guest's access cost through the plugin boundary.
public enum BoundaryCost {
  /// Whether this library was built with optimisation: without it the figures say nothing.
  public static var isOptimised: Bool {
    #if DEBUG
      false
    #else
      true
    #endif
  }

  /// Measures each callback with the model's first preset, in a second or less. Counters and event selects that exist are
  /// accessed in turn, and global control.
  ///
  /// - Throws: ``BenchError/vpmu(_:)`` if the guest can't be made
  @inlinable
  public static func measure<Model: PMUModel>(_ model: Model) throws(BenchError) -> [CallbackCost] {
    let limits = HostLimits(gpCounters: 16, fixedCounters: 16, gpWidth: 48, fixedWidth: 48, archEvents: 16)
    let vpmu: VirtualPMU<Model, SimulatedHost, Reuse>
    do {
      vpmu = try VirtualPMU(
        model: model, configuration: model.declaration.presets[0].configuration, host: SimulatedHost(limits: limits))
    } catch { throw .vpmu(error) }
    return withExtendedLifetime(vpmu) { measure(model, vpmu.state) }
  }

  @inlinable
  static func measure<Model: PMUModel>(_ model: Model, _ state: PMUState) -> [CallbackCost] {
    let plain = PlainCalls(state)
    let sample = SampleAccesses(model, state)
    let registers = CallRounds(sample.registers)
    let selectors = CallRounds(sample.selectors)
    return [
      cost(
        .isValidMSR,
        registers.compare({ model.isValidMSR(MSRNumber($0.number), state) ? 1 : 0 }, { plain.isValidMSR($0) })),
      cost(
        .msrIndexToPMC,
        registers.compare({ word(model.msrIndexToPMC(MSRNumber($0.number), state)) }, { plain.index($0) })),
      cost(
        .checkRDPMCEarly,
        selectors.compare(
          { UInt64(UInt32(bitPattern: model.earlyRDPMCStatus(RDPMCSelector($0.number), state))) }, { plain.index($0) })),
      cost(
        .rdpmcECXToPMC,
        selectors.compare({ word(model.rdpmcECXToPMC(RDPMCSelector($0.number), state)) }, { plain.index($0) })),
      cost(
        .getMSR,
        registers.compare(
          { model.getMSR(MSRNumber($0.number), origin: .guest, state).value }, { plain.getMSR($0) })),
      cost(
        .setMSR,
        registers.compare(
          { model.setMSR(MSRNumber($0.number), $0.value, origin: .guest, state).value }, { plain.setMSR($0) })),
    ]
  }

  @inlinable
  static func word(_ pmc: PMCIndex?) -> UInt64 { pmc.map { UInt64($0.rawValue) } ?? .max }

  @usableFromInline
  static func cost(_ callback: HotCallback, _ times: (CallTime, CallTime)) -> CallbackCost {
    CallbackCost(callback: callback, time: times.0, plain: times.1)
  }
}
