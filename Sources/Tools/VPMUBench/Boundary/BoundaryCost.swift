import CPlainCalls
import CVPMU
import SimulatedHost
import VPMUCore
import VPMULoader
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

  /// Measures each callback with the model's first preset, in a second or less. Counters and event selects that exist
  /// are accessed in turn, and global control.
  ///
  /// - Throws: ``BenchError/vpmu(_:)`` if the guest can't be made
  public static func measure(_ model: PluginModel) throws(BenchError) -> [CallbackCost] { try costs(of: model) }

  /// The same, of a model of any kind.
  package static func costs<Model: PMUModel>(of model: Model) throws(BenchError) -> [CallbackCost] {
    let limits = HostLimits(gpCounters: 16, fixedCounters: 16, gpWidth: 48, fixedWidth: 48, archEvents: 16)
    let vpmu: VirtualPMU<Model, SimulatedHost, Reuse>
    do {
      vpmu = try VirtualPMU(
        model: model, configuration: model.declaration.presets[0].configuration, host: SimulatedHost(limits: limits))
    } catch { throw .vpmu(error) }
    return withExtendedLifetime(vpmu) { measure(model, vpmu.liveState) }
  }

  static func measure<Model: PMUModel>(_ model: Model, _ state: PMUState) -> [CallbackCost] {
    let plain = PlainCalls(state)
    let sample = SampleAccesses(model, state)
    let registers = CallRounds(sample.registers)
    let selectors = CallRounds(sample.selectors)
    return [
      cost(
        .isValidMSR,
        registers.compare({ model._isValidMSR(MSRNumber($0.number), state.view) ? 1 : 0 }, { plain.isValidMSR($0) })),
      cost(
        .msrIndexToPMC,
        registers.compare({ word(model._msrIndexToPMC(MSRNumber($0.number), state.view)) }, { plain.index($0) })),
      cost(
        .checkRDPMCEarly,
        selectors.compare(
          { UInt64(model._checkRDPMCEarly(RDPMCSelector($0.number), state.view).rawValue) }, { plain.index($0) })),
      cost(
        .rdpmcECXToPMC,
        selectors.compare({ word(model._rdpmcECXToPMC(RDPMCSelector($0.number), state.view)) }, { plain.index($0) })),
      cost(
        .getMSR,
        registers.compare(
          { model._getMSR(MSRNumber($0.number), origin: .guest, state.view).value }, { plain.getMSR($0) })),
      cost(
        .setMSR,
        registers.compare(
          { model._setMSR(MSRNumber($0.number), $0.value, origin: .guest, state).value }, { plain.setMSR($0) })),
    ]
  }

  static func word(_ pmc: PMCIndex?) -> UInt64 { pmc.map { UInt64($0.rawValue) } ?? .max }

  static func cost(_ callback: HotCallback, _ times: (CallTime, CallTime)) -> CallbackCost {
    CallbackCost(callback: callback, time: times.0, plain: times.1)
  }
}
