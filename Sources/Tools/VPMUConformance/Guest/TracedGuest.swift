import CVPMU
import SimulatedHost
import VPMUCore
import VPMULoader
import VPMUModel
import VPMUTrace

/// A guest of one preset on the simulated host, which records its operations and their expected answers.
///
/// At the first answer that differs it throws a finding: its trace ends with that operation and holds the right answer,
/// so that `vpmu replay` shows exactly this difference. Answers that the rule does not judge (host events) are in the
/// trace as they were observed.
final class TracedGuest {
  typealias Machine = VirtualPMU<PluginModel, SimulatedHost, Reuse>

  let preset: Preset
  let declaration: ModelDeclaration
  let vpmu: Machine
  let host: SimulatedHost
  /// The registers that exist for this guest.
  let registers: GuestRegisters
  private let filter: VMEventFilter
  private(set) var trace: Trace

  /// A guest after RESET.
  ///
  /// - Parameter title: of its trace
  init(
    _ subject: Subject, _ preset: Preset, _ title: String, limits: HostLimits = .ample
  ) throws(Finding) {
    let model = try subject.model
    self.preset = preset
    declaration = model.declaration
    host = SimulatedHost(limits: limits)
    filter = VMEventFilter()
    do {
      vpmu = try VirtualPMU(
        model: model, configuration: preset.configuration, host: host, policy: Reuse(), filter: filter)
    } catch {
      throw .violated("no virtual PMU can be made: \(error)", model: preset.name)
    }
    registers = GuestRegisters(declaration, vpmu.liveState.view)
    trace = Trace(
      file: preset.name,
      configuration: TraceConfiguration(
        vendor: declaration.name, title: title, guest: preset.configuration, limits: limits), steps: [])
  }

  /// What `refresh` made, and what the registers hold now.
  var state: vpmu_state { vpmu.liveState.fields }

  // MARK: Accesses, with the expected answer

  /// WRMSR, which must be carried out, or answered with #GP.
  func write(
    _ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin = .guest, expect: WriteAnswer = .done,
    because reason: String? = nil
  ) throws(Finding) {
    let answer = try run { () throws(VPMUError) in try vpmu.writeMSR(msr, value, origin: origin) }
    record(.writeMSR(msr, value, origin: origin, ok: expect == .done))
    guard answer != expect else { return }
    throw differs("WRMSR of \(hex(value)) to \(msr)\(origin.text)", "\(answer.text)", "\(expect.text)", reason)
  }

  /// RDMSR, which must give `value`; nil: #GP.
  func read(
    _ msr: MSRNumber, origin: AccessOrigin = .guest, gives value: UInt64?, because reason: String? = nil
  ) throws(Finding) {
    let answer = try run { () throws(VPMUError) in try vpmu.readMSR(msr, origin: origin) }
    record(.readMSR(msr, origin: origin, value: value))
    guard answer != ReadAnswer(value) else { return }
    throw differs("RDMSR of \(msr)\(origin.text)", "\(answer.text)", "\(ReadAnswer(value).text)", reason)
  }

  /// RDMSR of a register that must be readable.
  ///
  /// - Returns: its value
  func observe(_ msr: MSRNumber, origin: AccessOrigin = .guest) throws(Finding) -> UInt64 {
    let answer = try run { () throws(VPMUError) in try vpmu.readMSR(msr, origin: origin) }
    guard case .value(let value) = answer else {
      record(.readMSR(msr, origin: origin, value: 0))
      throw differs("RDMSR of \(msr)\(origin.text)", "\(answer.text)", "a value", nil)
    }
    record(.readMSR(msr, origin: origin, value: value))
    return value
  }

  /// RDPMC in protected mode, which must give `value`; nil: #GP.
  func readPMC(
    _ ecx: RDPMCSelector, cpl: UInt8 = 0, cr4PCE: Bool = false, gives value: UInt64?, because reason: String? = nil
  ) throws(Finding) {
    let answer = try run { () throws(VPMUError) in try vpmu.readPMC(ecx, cpl: cpl, cr4PCE: cr4PCE) }
    record(.readPMC(ecx, cpl: cpl, cr4PCE: cr4PCE, value: value))
    guard answer != ReadAnswer(value) else { return }
    throw differs(
      "RDPMC with ECX \(hex(ecx.rawValue)) at CPL \(cpl)", "\(answer.text)", "\(ReadAnswer(value).text)", reason)
  }

  // MARK: Time

  /// Enters the guest; a PMI must be due, or none. The number of host events is not checked: it may be wrong before an
  /// answer shows that.
  func enter(pmi: Bool = false, because reason: String? = nil) throws(Finding) {
    let action = try run { () throws(VPMUError) in try vpmu.enter() }
    record(.enter(pmi: pmi, hostEvents: nil))
    guard (action == .injectPMI) != pmi else { return }
    throw differs("enter", pmi ? "no PMI" : "a PMI", pmi ? "a PMI" : "no PMI", reason)
  }

  /// As ``enter(pmi:because:)``, with the number of host events that must exist afterwards.
  func enter(pmi: Bool = false, hostEvents: UInt32, because reason: String? = nil) throws(Finding) {
    let action = try run { () throws(VPMUError) in try vpmu.enter() }
    record(.enter(pmi: pmi, hostEvents: hostEvents))
    if (action == .injectPMI) != pmi {
      throw differs("enter", pmi ? "no PMI" : "a PMI", pmi ? "a PMI" : "no PMI", reason)
    }
    let live = vpmu.statistics.live
    guard live != UInt64(hostEvents) else { return }
    throw differs("enter", "\(live) host events", "\(hostEvents)", reason)
  }

  /// Enters, without a PMI, and makes `count` occurrences of an event in one ring.
  func run(_ event: EventCode, ring: TraceRing = .user, count: UInt64) throws(Finding) {
    try enter()
    host.run(event, ring: ring == .kernel ? .kernel : .user, count: count)
    record(.run(TraceEvent(number: event.number, unitMask: event.unitMask), ring: ring, count: count))
  }

  /// A time slice of the virtual CPU begins.
  func scheduledIn() throws(Finding) {
    try run { () throws(VPMUError) in try vpmu.scheduledIn() }
    record(.scheduledIn)
  }

  /// The VMM emulated `count` instructions that count as the event of this selector.
  func emulated(_ selector: UInt64, cpl: UInt8, count: UInt32 = 1) throws(Finding) {
    let event = EventCode(selector: selector, mask: declaration.eventSelectMask)
    try run { () throws(VPMUError) in try vpmu.emulated(event, cpl: cpl, count: UInt64(count)) }
    record(.emulated(selector: selector, cpl: cpl, count: count))
  }

  /// Sets the VM's event filter, which must be a valid one.
  func set(_ new: TraceFilter) throws(Finding) {
    do {
      filter.set(
        try EventFilter(
          action: new.action == .allow ? .allow : .deny, entries: new.entries, masked: new.masked,
          fixedBitmap: new.fixedBitmap, eventSelectMask: declaration.eventSelectMask))
    } catch {
      throw .notApplicable("\(error)")
    }
    record(.filter(new, ok: true))
  }

  /// Records the numbers of host events so far.
  func totals() {
    let statistics = vpmu.statistics
    record(
      .totals(
        TraceTotals(
          created: statistics.created, reused: statistics.reused, released: statistics.released, live: statistics.live))
    )
  }

  /// The numbers of host events that must have been created, and of paused ones that were resumed, so far.
  func totals(created: UInt64, reused: UInt64, because reason: String) throws(Finding) {
    let statistics = vpmu.statistics
    record(
      .totals(
        TraceTotals(
          created: created, reused: reused, released: statistics.released, live: created &- statistics.released)))
    guard statistics.created != created || statistics.reused != reused else { return }
    throw differs(
      "host events", "\(statistics.created) created, \(statistics.reused) reused",
      "\(created) created, \(reused) reused",
      reason)
  }

  // MARK: Findings

  /// A finding with the trace so far, for a violation that no single answer shows.
  func violated(_ message: String) -> Finding { .violated(message, model: preset.name, trace: trace) }

  private func differs(_ operation: String, _ got: String, _ expected: String, _ reason: String?) -> Finding {
    let fault = vpmu.pluginFaults.last.map { "; the core reported a plugin fault: the plugin \($0)" } ?? ""
    return violated("\(operation): expected \(expected), got \(got)" + (reason.map { " (\($0))" } ?? "") + fault)
  }

  private func record(_ operation: TraceOperation) {
    trace.steps.append(TraceStep(line: trace.steps.count + 2, operation: operation))
  }

  private func run<Answer>(_ call: () throws(VPMUError) -> Answer) throws(Finding) -> Answer {
    do { return try call() } catch { throw .violated("\(error)", model: preset.name) }
  }
}

extension ReadAnswer {
  fileprivate init(_ value: UInt64?) { self = value.map { .value($0) } ?? .generalProtection }

  var text: String {
    switch self {
    case .value(let value): hex(value)
    case .generalProtection: "#GP"
    case .unhandled: "not handled"
    }
  }
}

extension WriteAnswer {
  fileprivate var text: String {
    switch self {
    case .done: "done"
    case .generalProtection: "#GP"
    case .unhandled: "not handled"
    }
  }
}

extension AccessOrigin {
  var text: String { self == .host ? " by the host" : "" }
}

/// A number as messages have it.
func hex(_ value: some BinaryInteger) -> String { "0x" + String(value, radix: 16) }
