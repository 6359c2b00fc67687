import VPMUCore
import VPMUModel

/// A virtual PMU whose life is recorded: every access, PMI, run and time slice, so that a replay gives the same
/// answers.
public final class RecordingPMU<Model: PMUModel, Base: HostEvents>: GuestFacingPMU {
  public let pmu: VirtualPMU<Model, RecordingHost<Base>, Reuse>
  private let recorder: TraceRecorder
  /// The first failure to write; the recording ends with it.
  private var failure: TraceError?

  /// - Parameters:
  ///   - path: of the trace, which is replaced
  ///   - title: what it shows, for people
  public init(
    _ model: Model, _ guest: GuestConfiguration, on host: Base, to path: String, title: String
  ) throws(RecordingError) {
    do throws(VPMUError) {
      pmu = try VirtualPMU(model: model, configuration: guest, host: RecordingHost(host))
    } catch { throw .pmu(error) }
    let limits = host.limits
    let configuration = TraceConfiguration(
      vendor: model.declaration.name, title: title,
      leaves: guest.leaves.filter { $0.subleaf == 0 }.map {
        TraceLeaf(leaf: $0.leaf, eax: $0.eax, ebx: $0.ebx, ecx: $0.ecx, edx: $0.edx)
      }, perfCapabilities: guest.perfCapabilities,
      host: TraceHostLimits(
        gpCounters: limits.gp_counters, fixedCounters: limits.fixed_counters, gpWidth: limits.gp_width,
        fixedWidth: limits.fixed_width, archEvents: limits.arch_events))
    do throws(TraceError) {
      recorder = try TraceRecorder(path: path, configuration: configuration)
    } catch { throw .trace(error) }
  }

  /// Ends the recording: all of it is in the file.
  public func finish() throws(RecordingError) {
    let statistics = pmu.statistics
    record(
      .totals(
        TraceTotals(
          created: statistics.created, reused: statistics.reused, released: statistics.released, live: statistics.live))
    )
    if let failure { throw .trace(failure) }
    do throws(TraceError) { try recorder.finish() } catch { throw .trace(error) }
  }

  public func writeMSR(_ msr: MSRNumber, _ value: UInt64, origin: AccessOrigin) throws(VPMUError) -> WriteAnswer {
    let answer = try pmu.writeMSR(msr, value, origin: origin)
    if answer != .unhandled { record(.writeMSR(msr, value, origin: origin, ok: answer == .done)) }
    return answer
  }

  public func readMSR(_ msr: MSRNumber, origin: AccessOrigin) throws(VPMUError) -> ReadAnswer {
    let answer = try pmu.readMSR(msr, origin: origin)
    if answer != .unhandled { record(.readMSR(msr, origin: origin, value: answer.value)) }
    return answer
  }

  public func readPMC(
    _ ecx: RDPMCSelector, cpl: UInt8, cr4PCE: Bool, protectedMode: Bool
  ) throws(VPMUError) -> ReadAnswer {
    let answer = try pmu.readPMC(ecx, cpl: cpl, cr4PCE: cr4PCE, protectedMode: protectedMode)
    // In real mode RDPMC is always allowed, as in ring 0.
    record(.readPMC(ecx, cpl: protectedMode ? cpl & 3 : 0, cr4PCE: cr4PCE, value: answer.value))
    return answer
  }

  public func enter() throws(VPMUError) -> EntryAction {
    let action = try pmu.enter()
    record(.enter(pmi: action == .injectPMI, hostEvents: UInt32(truncatingIfNeeded: pmu.statistics.live)))
    return action
  }

  public func scheduledIn() throws(VPMUError) {
    try pmu.scheduledIn()
    record(.scheduledIn)
  }

  public func emulated(_ event: EventCode, cpl: UInt8, count: UInt64) throws(VPMUError) {
    // A line of a trace holds 32 bits.
    var rest = count
    while rest > 0 {
      let part = UInt32(clamping: rest)
      try pmu.emulated(event, cpl: cpl, count: UInt64(part))
      record(.emulated(selector: event.select, cpl: cpl & 3, count: part))
      rest &-= UInt64(part)
    }
  }

  public func guestRan() throws(VPMUError) {
    let counts = pmu.host.takeSlice()
    if !counts.isEmpty { record(.slice(counts)) }
  }

  /// Every count is looked at after each run anyway.
  public func lookAtCounts() {}

  private func record(_ operation: TraceOperation) {
    guard failure == nil else { return }
    do throws(TraceError) { try recorder.record(operation) } catch { failure = error }
  }
}

/// Why nothing is recorded.
public enum RecordingError: Error {
  case pmu(VPMUError)
  case trace(TraceError)
}

extension RecordingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .pmu(let error): "\(error)"
    case .trace(let error): "\(error)"
    }
  }
}

extension EventCode {
  /// As it stands in an event select: the inverse of ``init(selector:mask:)``.
  fileprivate var select: UInt64 {
    UInt64(number & 0xFF) | UInt64(number & 0xF00) << 24 | UInt64(unitMask) << 8
  }
}

extension ReadAnswer {
  fileprivate var value: UInt64? {
    if case .value(let value) = self { value } else { nil }
  }
}
