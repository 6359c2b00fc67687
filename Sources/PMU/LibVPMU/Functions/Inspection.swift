import CLibVPMU
import VPMUCore
import VPMUModel

@c @implementation
public func vpmu_counters(_ cpu: OpaquePointer!) -> UInt64 {
  guard let cpu else { return 0 }
  return Handle.with(cpu, VCPU.self) { cpu in cpu.pmu.existingCounters.bits }
}

@c @implementation
public func vpmu_get_counter(
  _ cpu: OpaquePointer!, _ pmc: UInt32, _ info: UnsafeMutablePointer<vpmu_counter_info>!
) -> Int32 {
  result(nil) { () throws(Failure) in
    let cpu = try Handle.object(cpu, VCPU.self)
    guard pmc < 64 else { throw .argument("pmc is \(pmc): use 0 to 63") }
    let read: vpmu_counter_info
    do throws(VPMUError) { read = try cpu.counterInfo(PMCIndex(rawValue: pmc)) } catch { throw Failure(error) }
    return try give(info, read)
  }
}

@c @implementation
public func vpmu_get_statistics(_ cpu: OpaquePointer!, _ statistics: UnsafeMutablePointer<vpmu_statistics>!) -> Int32 {
  result(nil) { () throws(Failure) in
    let cpu = try Handle.object(cpu, VCPU.self)
    guard cpu.isOnItsThread else { throw Failure(.wrongThread) }
    return try give(statistics, cpu.statistics)
  }
}

@c @implementation
public func vpmu_get_plugin_faults(_ cpu: OpaquePointer!, _ text: UnsafeMutablePointer<CChar>!, _ size: Int) -> Int32 {
  result(nil) { () throws(Failure) in
    let cpu = try Handle.object(cpu, VCPU.self)
    guard cpu.isOnItsThread else { throw Failure(.wrongThread) }
    guard size >= 0, text != nil || size == 0 else { throw .argument("text is NULL, and size is not 0") }
    let report = cpu.pmu.pluginFaultReport ?? ""
    let buffer = UnsafeMutableRawBufferPointer(start: text, count: text == nil ? 0 : size)
    return Int32(truncatingIfNeeded: Boundary.store(report, in: buffer))
  }
}

extension VCPU {
  func counterInfo(_ pmc: PMCIndex) throws(VPMUError) -> vpmu_counter_info {
    let state = try pmu.counterState(pmc)
    var info = vpmu_counter_info()
    var text = state.description
    switch state {
    case .off: info.counting = VPMU_COUNTING_OFF.rawValue
    case .filtered: info.counting = VPMU_COUNTING_FILTERED.rawValue
    case .pending: info.counting = VPMU_COUNTING_PENDING.rawValue
    case .notCounting(let refusal):
      info.counting = VPMU_COUNTING_FAILED.rawValue
      info.reason = UInt32(refusal.number)
      if case .system(let errno) = refusal { info.error = errno }
    case .counting(let quality):
      (info.counting, text) = try countingInfo(pmc, quality, text)
    }
    withUnsafeMutableBytes(of: &info.text) { _ = Boundary.store(text, in: $0) }
    return info
  }

  private func countingInfo(
    _ pmc: PMCIndex, _ quality: MappingQuality, _ text: String
  ) throws(VPMUError) -> (UInt32, String) {
    if machine.host.isStandIn {
      return (VPMU_COUNTING_STAND_IN.rawValue, "counts nanoseconds of the kernel's task clock in place of the event")
    }
    if case .reported(_, let events) = machine.host {
      let exact = (VPMU_COUNTING_EXACT.rawValue, CounterState.counting(.exact).description)
      guard let events, let code = try pmu.programmedEvent(pmc) else { return exact }
      guard let row = events.events.first(where: { EventCode(selector: $0.select, mask: eventMask) == code }) else {
        return exact
      }
      let sentence = row.quality == VPMU_COUNTING_STAND_IN ? "counts something else in place of the event" : text
      return (row.quality.rawValue, row.note.map { sentence + ": " + $0 } ?? sentence)
    }
    switch quality {
    case .none, .exact: return (VPMU_COUNTING_EXACT.rawValue, text)
    case .sameUnit: return (VPMU_COUNTING_SAME_UNIT.rawValue, text)
    case .approximate: return (VPMU_COUNTING_APPROXIMATE.rawValue, text)
    }
  }

  var statistics: vpmu_statistics {
    let events = pmu.statistics
    var statistics = vpmu_statistics()
    statistics.created = events.created
    statistics.reused = events.reused
    statistics.released = events.released
    statistics.live = events.live
    statistics.refused = events.refused
    let refusals = pmu.refusals
    withUnsafeMutableBytes(of: &statistics.refused_by_reason) { bytes in
      let byReason = bytes.bindMemory(to: UInt64.self)
      for index in byReason.indices { byReason[index] = UInt64(refusals[index]) }
    }
    statistics.pmis = counts.pointee.pmis
    statistics.faults = counts.pointee.faults
    statistics.plugin_faults = pmu.pluginFaults.count
    return statistics
  }
}
