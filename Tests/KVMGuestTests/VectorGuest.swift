import KVMGuest
import KVMPMU
import VPMUCore
import VPMUModel
import VPMUTrace

/// What came out of a trace in a guest.
struct VectorReport: Sendable, Equatable {
  /// Instructions executed in the guest.
  var instructions = 0
  var answersCompared = 0
  /// Answers that depend on when `enter` is called.
  var notCompared = 0
  /// Steps that no guest of this machine can make.
  var notExpressible: [String] = []
  var mismatches: [String] = []
}

/// When the vPMU's deferred work is done.
enum Entering {
  /// Where the trace says `enter`, and only there: KVM_RUN in between lets the marks wait. All answers are comparable.
  case asRecorded
  /// Before each KVM_RUN, as a VMM must. What is answered with #GP does not depend on it; values may.
  case always
}

/// Executes a trace in a guest: what the guest does is an instruction there, what the VMM does is done between two
/// entries.
struct VectorGuest<Model: PMUModel> {
  let trace: Trace
  let guest: GuestUnderTest<Model>
  let entering: Entering
  private var report = VectorReport()
  private var line = 0

  init(_ trace: Trace, _ model: Model, _ entering: Entering) throws {
    self.trace = trace
    self.entering = entering
    let configuration = trace.configuration
    guest = try GuestUnderTest(model, configuration.guest, limits: configuration.host.limits)
    guest.cpu.entersPMU = entering == .always
  }

  /// Executes all steps.
  mutating func run() throws -> VectorReport {
    for step in trace.steps {
      line = step.line
      try perform(step.operation)
    }
    return report
  }

  private mutating func perform(_ operation: TraceOperation) throws {
    let pmu = guest.pmu
    switch operation {
    case .writeMSR(let msr, let value, .guest, let ok):
      compare("ok", ok, try execute(.wrmsr(msr, value)) != .fault)
    case .writeMSR(let msr, let value, .host, let ok):
      compare("ok", ok, try pmu.writeMSR(msr, value, origin: .host) == .done)
    case .readMSR(let msr, .guest, let value):
      compare(value, try execute(.rdmsr(msr)))
    case .readMSR(let msr, .host, let value):
      if case .value(let read) = try pmu.readMSR(msr, origin: .host) {
        compare(value, .value(read))
      } else {
        compare(value, .fault)
      }
    case .readPMC(let ecx, let cpl, let cr4PCE, let value):
      guard cpl == 0 || cpl == 3 else {
        report.notExpressible.append("\(trace.file):\(line): RDPMC at CPL \(cpl)")
        return
      }
      try guest.cpu.setUserRDPMC(cr4PCE)
      compare(value, try execute(.rdpmc(ecx, isUser: cpl == 3)))
    case .enter(let pmi, let hostEvents):
      let action = try pmu.enter()
      guard entering == .asRecorded else {
        report.notCompared += 2
        return
      }
      compare("pmi", pmi, action == .injectPMI)
      if let hostEvents { compare("host_events", UInt64(hostEvents), pmu.statistics.live) }
    case .run(let event, let ring, let count):
      guest.host.run(
        EventCode(number: event.number, unitMask: event.unitMask), ring: ring == .user ? .user : .kernel, count: count)
    case .slice(let counts):
      for entry in counts { guest.host.run(entry.pmc, count: entry.count) }
    case .scheduledIn: try pmu.scheduledIn()
    case .reset: try pmu.reset()
    case .emulated(let selector, let cpl, let count):
      try pmu.emulated(
        EventCode(selector: selector, mask: guest.model.declaration.eventSelectMask), cpl: cpl, count: UInt64(count))
    case .filter(let filter, let ok): compare("ok", ok, set(filter))
    case .hostBusy(let count): guest.host.refuseNextCreations(UInt64(count))
    case .totals(let totals):
      guard entering == .asRecorded else {
        report.notCompared += 4
        return
      }
      compare("created", totals.created, pmu.statistics.created)
      compare("reused", totals.reused, pmu.statistics.reused)
      compare("released", totals.released, pmu.statistics.released)
      compare("live", totals.live, pmu.statistics.live)
    }
  }

  private mutating func execute(_ command: GuestCommand) throws -> GuestResult {
    report.instructions += 1
    return try guest.cpu.perform(command)
  }

  private func set(_ filter: TraceFilter) -> Bool {
    guard
      let made = try? EventFilter(
        action: filter.action == .allow ? .allow : .deny, entries: filter.entries, masked: filter.masked,
        fixedBitmap: filter.fixedBitmap, eventSelectMask: guest.model.declaration.eventSelectMask)
    else { return false }
    guest.filter.set(made)
    return true
  }

  private mutating func compare(_ expected: UInt64?, _ got: GuestResult) {
    switch (expected, got) {
    case (let expected?, .value(let value)):
      if entering == .asRecorded {
        compare("value", expected, value)
      } else {
        compare("ok", true, true)
        report.notCompared += 1
      }
    default: compare("ok", expected != nil, got != .fault)
    }
  }

  private mutating func compare<Value: Equatable>(_ field: String, _ expected: Value, _ got: Value) {
    report.answersCompared += 1
    guard expected != got else { return }
    report.mismatches.append("\(trace.file):\(line): \(field): expected \(expected), the guest saw \(got)")
  }
}
