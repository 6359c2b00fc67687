import SimulatedHost
import VPMUCore
import VPMUModel

/// Runs a trace against virtual PMUs on the simulated host, and compares each answer.
///
/// Checking and measuring use the same loop: an answer that agrees costs a compare, one that differs goes to the
/// ``MismatchLog``. What differs from the trace by nature under a policy other than `reuse` (the number of host events,
/// and everything after the host was first made busy) is not noted.
public struct TraceReplayer<Model: PMUModel, Policy: EventPolicy> {
  public let trace: CompiledTrace
  public let model: Model
  public let policy: Policy
  @usableFromInline let eventSelectMask: UInt64
  @usableFromInline let isReuse: Bool

  public init(_ trace: CompiledTrace, model: Model, policy: Policy) {
    self.trace = trace
    self.model = model
    self.policy = policy
    eventSelectMask = model.declaration.eventSelectMask
    isReuse = Policy.name == Reuse.name
  }

  /// What one replay runs on. A fresh one is made for each: a trace begins with a fresh virtual PMU.
  public struct Machine {
    public let vpmu: VirtualPMU<Model, SimulatedHost, Policy>
    public let host: SimulatedHost
    public let filter: VMEventFilter

    @usableFromInline
    init(vpmu: VirtualPMU<Model, SimulatedHost, Policy>, host: SimulatedHost, filter: VMEventFilter) {
      self.vpmu = vpmu
      self.host = host
      self.filter = filter
    }
  }

  /// The fresh virtual PMU that the trace's first line describes, bound to the calling thread.
  @inlinable
  public func makeMachine() throws(VPMUError) -> Machine {
    let configuration = trace.trace.configuration
    let host = SimulatedHost(limits: configuration.host.limits)
    let filter = VMEventFilter()
    let vpmu = try VirtualPMU(
      model: model, configuration: configuration.guest, host: host, policy: policy, filter: filter)
    return Machine(vpmu: vpmu, host: host, filter: filter)
  }

  /// Runs the whole trace on a fresh machine, notes what differs, and tells how many operations it was.
  @inlinable
  @discardableResult
  public func replay(_ log: inout MismatchLog) throws(VPMUError) -> Int {
    try run(on: makeMachine(), &log)
    return trace.operationCount
  }

  /// Runs the whole trace on a machine that is fresh.
  ///
  /// - Throws: ``VPMUError/wrongThread``
  @inlinable
  public func run(on machine: Machine, _ log: inout MismatchLog) throws(VPMUError) {
    try trace.instructions.withUnsafeBufferPointer { steps throws(VPMUError) in
      guard let first = steps.baseAddress else { return }
      try run(first, first + steps.count, on: machine, &log)
    }
  }

  // By a pointer: only those fields of a step are loaded that its operation has.
  @inlinable
  func run(
    _ first: UnsafePointer<TraceInstruction>, _ end: UnsafePointer<TraceInstruction>, on machine: Machine,
    _ log: inout MismatchLog
  ) throws(VPMUError) {
    let vpmu = machine.vpmu
    var step = first
    while step != end {
      switch step.pointee.code {
      case .writeMSR:
        let answer = try vpmu.writeMSR(step.pointee.msr, step.pointee.value, origin: step.pointee.origin)
        if (answer == .done) != step.pointee.expects { note(step - first, .write(answer), &log) }
      case .readMSR:
        let answer = try vpmu.readMSR(step.pointee.msr, origin: step.pointee.origin)
        if !step.pointee.agrees(answer) { note(step - first, .read(answer), &log) }
      case .readPMC:
        let answer = try vpmu.readPMC(step.pointee.selector, cpl: step.pointee.cpl, cr4PCE: step.pointee.flag)
        if !step.pointee.agrees(answer) { note(step - first, .read(answer), &log) }
      case .enter:
        let action = try vpmu.enter()
        let live = vpmu.statistics.live
        let isRight = (action == .injectPMI) == step.pointee.expects
        // Other policies hold other numbers of events: no news, and too frequent for the slow path.
        let isOtherNumber = step.pointee.flag && live != UInt64(step.pointee.operand) && isReuse
        if !isRight || isOtherNumber { note(step - first, .entry(action, hostEvents: live), &log) }
      case .run: machine.host.run(step.pointee.event, ring: step.pointee.ring, count: step.pointee.value)
      case .slice: runSlice(step.pointee, on: machine)
      case .scheduledIn: try vpmu.scheduledIn()
      case .reset: try vpmu.reset()
      case .emulated: try emulate(step.pointee, on: machine)
      case .filter:
        let accepted = set(trace.filters[Int(step.pointee.operand)], on: machine)
        if accepted != step.pointee.expects { note(step - first, .filter(accepted: accepted), &log) }
      case .hostBusy: machine.host.refuseNextCreations(UInt64(step.pointee.operand))
      case .totals: compareTotals(step.pointee, step - first, on: machine, &log)
      }
      step += 1
    }
  }

  // Out of line: operations that a trace has few of.

  @inlinable @inline(never)
  func runSlice(_ step: TraceInstruction, on machine: Machine) {
    for entry in trace.slices[Int(step.operand)] { machine.host.run(entry.pmc, count: entry.count) }
  }

  @inlinable @inline(never)
  func emulate(_ step: TraceInstruction, on machine: Machine) throws(VPMUError) {
    let event = EventCode(selector: step.value, mask: eventSelectMask)
    try machine.vpmu.emulated(event, cpl: step.cpl, count: UInt64(step.operand))
  }

  @inlinable @inline(never)
  func compareTotals(_ step: TraceInstruction, _ index: Int, on machine: Machine, _ log: inout MismatchLog) {
    let statistics = machine.vpmu.statistics
    let totals = trace.totals[Int(step.operand)]
    if statistics.created != totals.created || statistics.reused != totals.reused
      || statistics.released != totals.released || statistics.live != totals.live
    {
      note(index, .totals(statistics), &log)
    }
  }

  @inline(never)
  @usableFromInline
  func note(_ index: Int, _ answer: ReplayAnswer, _ log: inout MismatchLog) {
    log.note(index, of: trace, answer, isReuse: isReuse)
  }

  /// Sets a filter, if it is one.
  @usableFromInline
  func set(_ filter: TraceFilter, on machine: Machine) -> Bool {
    do {
      machine.filter.set(
        try EventFilter(
          action: filter.action == .allow ? .allow : .deny, entries: filter.entries, masked: filter.masked,
          fixedBitmap: filter.fixedBitmap, eventSelectMask: eventSelectMask))
      return true
    } catch {
      return false
    }
  }
}
