import VPMUCore

/// An answer that is not the one in the trace.
public struct ReplayMismatch: Sendable, Equatable {
  public var file: String
  /// From 1.
  public var line: Int
  /// The operation's name: `rdmsr`.
  public var operation: String
  /// The field that differs: `value`.
  public var field: String
  /// As it stands in the trace.
  public var expected: String
  public var got: String
}

extension ReplayMismatch: CustomStringConvertible {
  public var description: String { "\(file):\(line): \(operation): \(field): expected \(expected), got \(got)" }
}

/// What the virtual PMU answered to a step.
@usableFromInline
enum ReplayAnswer {
  case write(WriteAnswer)
  case read(ReadAnswer)
  case entry(EntryAction, hostEvents: UInt64)
  case filter(accepted: Bool)
  case totals(HostEventStatistics)
}

/// The slow path of a replay: answers that differ from the trace.
public struct MismatchLog: Sendable {
  /// How many, whether kept or not.
  public private(set) var count: UInt64 = 0
  /// The first ones.
  public private(set) var first: [ReplayMismatch] = []

  private let limit: Int

  /// - Parameter limit: how many are kept with their details
  public init(keeping limit: Int = 100) { self.limit = limit }

  /// Notes how step `index` differs, where the policy's answer must be that of the trace.
  @inline(never)
  @usableFromInline
  mutating func note(_ index: Int, of compiled: CompiledTrace, _ answer: ReplayAnswer, isReuse: Bool) {
    guard isReuse || index < compiled.firstBusy else { return }
    let step = compiled.trace.steps[index]
    func compare(_ field: String, _ expected: String, _ got: String) {
      guard expected != got else { return }
      count &+= 1
      guard first.count < limit else { return }
      first.append(
        ReplayMismatch(
          file: compiled.trace.file, line: step.line, operation: step.operation.name, field: field,
          expected: expected, got: got))
    }
    func compareRead(_ expected: UInt64?, _ got: ReadAnswer) {
      switch (expected, got) {
      case (let expected?, .value(let value)): compare("value", hexadecimal(expected), hexadecimal(value))
      case (nil, .value(let value)): compare("ok", "false", "true, value \(hexadecimal(value))")
      case (.some, .generalProtection): compare("ok", "true", "false")
      case (.some, .unhandled): compare("ok", "true", "false, no register of this model")
      case (nil, _): break
      }
    }
    switch (step.operation, answer) {
    case (.writeMSR(_, _, _, let ok), .write(let got)):
      if ok != (got == .done) {
        compare("ok", "\(ok)", got == .unhandled ? "false, no register of this model" : "\(got == .done)")
      }
    case (.readMSR(_, _, let value), .read(let got)), (.readPMC(_, _, _, let value), .read(let got)):
      compareRead(value, got)
    case (.enter(let pmi, let hostEvents), .entry(let action, let live)):
      compare("pmi", "\(pmi)", "\(action == .injectPMI)")
      if isReuse, let hostEvents { compare("host_events", "\(hostEvents)", "\(live)") }
    case (.filter(_, let ok), .filter(let accepted)): compare("ok", "\(ok)", "\(accepted)")
    case (.totals(let totals), .totals(let statistics)) where isReuse:
      compare("created", "\(totals.created)", "\(statistics.created)")
      compare("reused", "\(totals.reused)", "\(statistics.reused)")
      compare("released", "\(totals.released)", "\(statistics.released)")
      compare("live", "\(totals.live)", "\(statistics.live)")
    default: break
    }
  }
}
