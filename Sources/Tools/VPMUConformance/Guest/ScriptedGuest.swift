import CVPMU
import SimulatedHost
import VPMUCore
import VPMULoader
import VPMUModel
import VPMUTrace

/// A guest of one preset that performs given operations and records the answers: for rules that compare one run with
/// another and have no expected answers of their own.
///
/// The answer in a given operation is ignored; ``answers`` holds the same operations with the answers of the plugin.
final class ScriptedGuest {
  let model: PluginModel
  let preset: Preset
  let vpmu: TracedGuest.Machine
  private let host: SimulatedHost
  private(set) var answers: [TraceOperation] = []

  /// A guest after RESET.
  init(_ model: PluginModel, _ preset: Preset) throws(Finding) {
    self.model = model
    self.preset = preset
    host = SimulatedHost(limits: .ample)
    do {
      vpmu = try VirtualPMU(model: model, configuration: preset.configuration, host: host)
    } catch {
      throw .violated("no virtual PMU can be made: \(error)", model: preset.name)
    }
  }

  /// What `refresh` made, and what the registers hold now.
  var state: vpmu_state { vpmu.liveState.fields }

  /// The answers that a fresh guest gives to a script.
  static func answers(
    _ model: PluginModel, _ preset: Preset, to script: [TraceOperation]
  ) throws(Finding) -> [TraceOperation] {
    let guest = try ScriptedGuest(model, preset)
    for operation in script { try guest.perform(operation) }
    return guest.answers
  }

  /// Performs one operation; a `run` without the `enter` that belongs before it.
  ///
  /// - Returns: the same operation with the plugin's answer
  @discardableResult
  func perform(_ operation: TraceOperation) throws(Finding) -> TraceOperation {
    let answered: TraceOperation
    do {
      answered = try answer(operation)
    } catch {
      throw .violated("\(operation.text): \(error)", model: preset.name)
    }
    answers.append(answered)
    return answered
  }

  private func answer(_ operation: TraceOperation) throws(VPMUError) -> TraceOperation {
    switch operation {
    case .writeMSR(let msr, let value, let origin, _):
      return .writeMSR(msr, value, origin: origin, ok: try vpmu.writeMSR(msr, value, origin: origin) == .done)
    case .readMSR(let msr, let origin, _):
      return .readMSR(msr, origin: origin, value: try vpmu.readMSR(msr, origin: origin).value)
    case .readPMC(let ecx, let cpl, let cr4PCE, _):
      let value = try vpmu.readPMC(ecx, cpl: cpl, cr4PCE: cr4PCE).value
      return .readPMC(ecx, cpl: cpl, cr4PCE: cr4PCE, value: value)
    case .enter:
      let action = try vpmu.enter()
      return .enter(pmi: action == .injectPMI, hostEvents: UInt32(truncatingIfNeeded: vpmu.statistics.live))
    case .run(let event, let ring, let count):
      host.run(
        EventCode(number: event.number, unitMask: event.unitMask), ring: ring == .kernel ? .kernel : .user,
        count: count)
    case .scheduledIn: try vpmu.scheduledIn()
    case .reset: try vpmu.reset()
    case .emulated(let selector, let cpl, let count):
      let event = EventCode(selector: selector, mask: model.declaration.eventSelectMask)
      try vpmu.emulated(event, cpl: cpl, count: UInt64(count))
    case .slice, .filter, .hostBusy, .totals: break
    }
    return operation
  }

  /// A trace of this guest.
  func trace(_ title: String, _ operations: [TraceOperation]) -> Trace {
    Trace(
      file: preset.name,
      configuration: TraceConfiguration(
        vendor: model.declaration.name, title: title, guest: preset.configuration, limits: .ample),
      steps: operations.enumerated().map { TraceStep(line: $0.offset + 2, operation: $0.element) })
  }
}

extension ReadAnswer {
  /// The value as a trace has it.
  fileprivate var value: UInt64? {
    if case .value(let value) = self { value } else { nil }
  }
}

extension TraceOperation {
  /// Without the number of host events, which no guest can observe.
  var guestVisible: TraceOperation {
    if case .enter(let pmi, _) = self { .enter(pmi: pmi, hostEvents: 0) } else { self }
  }
}
