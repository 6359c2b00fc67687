import VPMUCore
import VPMUModel

/// A trace in the form that is replayed: a flat array of small instructions, with what does not fit beside it.
///
/// Compiling does all that depends on the trace alone, so that a replay measures the virtual PMU and not the format.
public final class CompiledTrace: Sendable {
  /// What it was made from, with the line of each step.
  public let trace: Trace

  @usableFromInline let instructions: [TraceInstruction]
  @usableFromInline let filters: [TraceFilter]
  @usableFromInline let slices: [[TraceSliceCount]]
  @usableFromInline let totals: [TraceTotals]
  /// The index of the first `host_busy`, or the number of steps. It counts creations, and policies make different ones:
  /// later answers are those of `reuse` only.
  @usableFromInline let firstBusy: Int

  /// Answers in all, and those that hold under every policy.
  let answers: UInt64
  let commonAnswers: UInt64

  public init(_ trace: Trace) {
    self.trace = trace
    var instructions: [TraceInstruction] = []
    var filters: [TraceFilter] = []
    var slices: [[TraceSliceCount]] = []
    var totals: [TraceTotals] = []
    var firstBusy = trace.steps.count
    var answers: UInt64 = 0
    var commonAnswers: UInt64 = 0
    instructions.reserveCapacity(trace.steps.count)
    for (index, step) in trace.steps.enumerated() {
      var instruction = TraceInstruction(step.operation)
      switch step.operation {
      case .filter(let filter, _):
        instruction.operand = UInt32(truncatingIfNeeded: filters.count)
        filters.append(filter)
      case .slice(let counts):
        instruction.operand = UInt32(truncatingIfNeeded: slices.count)
        slices.append(counts)
      case .totals(let numbers):
        instruction.operand = UInt32(truncatingIfNeeded: totals.count)
        totals.append(numbers)
      case .hostBusy: firstBusy = min(firstBusy, index)
      default: break
      }
      instructions.append(instruction)
      answers &+= step.operation.answers
      if index < firstBusy { commonAnswers &+= step.operation.commonAnswers }
    }
    self.instructions = instructions
    self.filters = filters
    self.slices = slices
    self.totals = totals
    self.firstBusy = firstBusy
    self.answers = answers
    self.commonAnswers = commonAnswers
  }

  /// Operations of one replay: the steps after the configuration.
  public var operationCount: Int { instructions.count }

  /// Answers that a replay under a policy can't compare.
  public func notCompared(under policy: PolicyKind) -> UInt64 { policy == .reuse ? 0 : answers &- commonAnswers }
}

extension TraceOperation {
  /// Answers that the step gives: a read's `ok` and `value` are one.
  fileprivate var answers: UInt64 {
    switch self {
    case .writeMSR, .readMSR, .readPMC, .filter: 1
    case .enter: 2
    case .totals: 4
    case .run, .slice, .scheduledIn, .reset, .emulated, .hostBusy: 0
    }
  }

  /// Those that do not tell how host events are kept.
  fileprivate var commonAnswers: UInt64 {
    switch self {
    case .enter: 1
    case .totals: 0
    default: answers
    }
  }
}

/// One step in 16 bytes.
@frozen
@usableFromInline
struct TraceInstruction: BitwiseCopyable, Sendable {
  @usableFromInline
  enum Code: UInt8, BitwiseCopyable, Sendable {
    case writeMSR, readMSR, readPMC, enter, run, slice, scheduledIn, reset, emulated, filter, hostBusy, totals
  }

  /// The value written, the value that a read must give, a count, or a selector.
  @usableFromInline var value: UInt64 = 0
  /// MSR number, RDPMC selector, host events, a count, or an index into a side table.
  @usableFromInline var operand: UInt32 = 0
  @usableFromInline var code: Code
  /// What the step must answer: not #GP, a PMI, a filter that is accepted.
  @usableFromInline var expects = false
  /// Host-initiated, CR4.PCE, ring 0, or a number of host events that is expected.
  @usableFromInline var flag = false
  @usableFromInline var cpl: UInt8 = 0

  init(_ operation: TraceOperation) {
    switch operation {
    case .writeMSR(let msr, let value, let origin, let ok):
      code = .writeMSR
      self.value = value
      operand = msr.rawValue
      expects = ok
      flag = origin == .host
    case .readMSR(let msr, let origin, let value):
      code = .readMSR
      self.value = value ?? 0
      operand = msr.rawValue
      expects = value != nil
      flag = origin == .host
    case .readPMC(let ecx, let cpl, let cr4PCE, let value):
      code = .readPMC
      self.value = value ?? 0
      operand = ecx.rawValue
      expects = value != nil
      flag = cr4PCE
      self.cpl = cpl
    case .enter(let pmi, let hostEvents):
      code = .enter
      operand = hostEvents ?? 0
      expects = pmi
      flag = hostEvents != nil
    case .run(let event, let ring, let count):
      code = .run
      value = count
      operand = UInt32(event.number) << 8 | UInt32(event.unitMask)
      flag = ring == .kernel
    case .slice: code = .slice
    case .scheduledIn: code = .scheduledIn
    case .reset: code = .reset
    case .emulated(let selector, let cpl, let count):
      code = .emulated
      value = selector
      operand = count
      self.cpl = cpl
    case .filter(_, let ok):
      code = .filter
      expects = ok
    case .hostBusy(let count):
      code = .hostBusy
      operand = count
    case .totals: code = .totals
    }
  }

  @inlinable var msr: MSRNumber { MSRNumber(operand) }
  @inlinable var selector: RDPMCSelector { RDPMCSelector(operand) }
  @inlinable var origin: AccessOrigin { flag ? .host : .guest }
  @inlinable var ring: Rings { flag ? .kernel : .user }
  @inlinable var event: EventCode {
    EventCode(number: UInt16(truncatingIfNeeded: operand &>> 8), unitMask: UInt8(truncatingIfNeeded: operand))
  }

  /// Whether a read answered as the trace says.
  @inlinable
  func agrees(_ answer: ReadAnswer) -> Bool {
    switch answer {
    case .value(let value): expects && value == self.value
    case .generalProtection, .unhandled: !expects
    }
  }
}
