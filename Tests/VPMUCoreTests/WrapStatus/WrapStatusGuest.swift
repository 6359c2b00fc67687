import Foundation
import SimulatedHost
import TestSupport
import Testing
import VPMUCore
import VPMUModel

/// A host whose events count what it is said that the guest did.
protocol CountingHost: HostEvents {
  func run(_ code: EventCode, ring: Rings, count: UInt64)
  func deliverHeldNotifications()
}

extension SimulatedHost: CountingHost {
  /// None is held.
  func deliverHeldNotifications() {}
}

extension FaultInjectingHost: CountingHost {}

/// Runs `body` on a thread of its own, and waits for its end.
private func onAnotherThread(_ body: @escaping () -> Void) {
  nonisolated(unsafe) let body = body
  let done = DispatchSemaphore(value: 0)
  Thread.detachNewThread {
    body()
    done.signal()
  }
  done.wait()
}

/// A vPMU and its shadow: each action goes to both, and what the guest sees is judged at once.
final class WrapStatusGuest<Model: PMUModel, Host: CountingHost, Policy: EventPolicy> {
  /// What the guest saw and must not see.
  struct Violation: Error, CustomStringConvertible {
    var description: String
  }

  let cpu: GuestCPU
  let vpmu: VirtualPMU<Model, Host, Policy>
  let host: Host
  let filter = VMEventFilter()
  /// All late notifications together report every wrap.
  let losesNothing: Bool
  private(set) var shadow: ShadowPMU
  private(set) var interrupts = 0
  private(set) var wrapsSeen = 0
  private var saved: (state: SavedState, shadow: ShadowPMU)?

  init(_ cpu: GuestCPU, _ model: Model, _ host: Host, _ policy: Policy, isPrompt: Bool, losesNothing: Bool) throws {
    self.cpu = cpu
    self.host = host
    self.losesNothing = losesNothing
    vpmu = try VirtualPMU(model: model, configuration: cpu.configuration, host: host, policy: policy, filter: filter)
    shadow = ShadowPMU(cpu, isPrompt: isPrompt)
  }

  /// Does everything in order. What follows a `bind` is done on another thread.
  ///
  /// - Returns: what the guest saw first that it must not see; nil: nothing
  func perform(_ actions: ArraySlice<WrapAction>) -> Violation? {
    var rest = actions
    while true {
      let part = rest.prefix { if case .bind = $0 { false } else { true } }
      if let violation = performPart(part) { return violation }
      rest = rest.dropFirst(part.count)
      guard !rest.isEmpty else { return nil }
      rest = rest.dropFirst()
      var violation: Violation?
      onAnotherThread {
        self.vpmu.bind()
        self.shadow.foundAll()
        violation = self.perform(rest)
      }
      return violation
    }
  }

  private func performPart(_ actions: ArraySlice<WrapAction>) -> Violation? {
    do {
      for action in actions { try perform(action) }
      return nil
    } catch { return error as? Violation ?? Violation(description: "\(error)") }
  }

  private func perform(_ action: WrapAction) throws {
    switch action {
    case .writeCounter(let pmc, let name, let distance):
      let names = cpu.values(pmc)
      try write(names[name % names.count], (0 &- distance) & cpu.mask)
      shadow.write(pmc, 0 &- distance)
    case .writeSelect(let pmc, let value):
      try write(cpu.eventSelect(pmc), value)
      shadow.writeSelect(pmc, value)
    case .writeFixedControl(let value):
      guard let msr = cpu.fixedControl else { return }
      try write(msr, value)
      shadow.writeFixedControl(value)
    case .writeGlobalControl(let value):
      guard let msr = cpu.globalControl else { return }
      try write(msr, value)
      shadow.writeGlobalControl(value)
    case .clearStatus(let bits, let readsFirst):
      guard let msr = cpu.statusClear else { return }
      if readsFirst { try readStatus() }
      try write(msr, bits)
      shadow.clearStatus(bits, wasRead: readsFirst)
    case .setStatus(let bits):
      guard let msr = cpu.statusSet else { return }
      try write(msr, bits)
      shadow.setStatus(bits)
    case .readStatus: try readStatus()
    case .readCounter(let pmc, let byRDPMC): try readCounter(pmc, byRDPMC: byRDPMC)
    case .enter: try enter()
    case .run(let event, let isKernel, let count):
      try enter()
      host.run(cpu.code(event), ring: isKernel ? .kernel : .user, count: count)
      shadow.run(event, isKernel: isKernel, count: count)
    case .emulate(let event, let isKernel, let count):
      try vpmu.emulated(cpu.code(event), cpl: isKernel ? 0 : 3, count: count)
      shadow.emulate(event, isKernel: isKernel, count: count)
    case .setFilter(let filter): try set(filter)
    case .beginSlice: try vpmu.scheduledIn()
    case .deliverNotifications:
      host.deliverHeldNotifications()
      if losesNothing { shadow.foundAll() }
    case .save:
      let state = try vpmu.save()
      shadow.foundAll()
      saved = (state, shadow)
    case .restore:
      guard let saved else { return }
      try vpmu.restore(saved.state)
      shadow.restore(saved.shadow)
    case .bind: preconditionFailure("perform(_:) does it")
    case .reset:
      try vpmu.reset()
      let fresh = ShadowPMU(cpu, isPrompt: shadow.isPrompt)
      shadow.restore(fresh)
    }
  }

  private func enter() throws {
    let action = try vpmu.enter()
    try check(shadow.judge(entry: action))
    guard action == .injectPMI else { return }
    interrupts += 1
    let status = try status()
    shadow.acknowledgePMI(status: status)
    try check(shadow.judge(status: status))
  }

  private func readStatus() throws { try check(shadow.judge(status: status())) }

  /// Where there is no status register, an access takes what has come, and the state has the bits.
  private func status() throws -> UInt64 {
    let status: UInt64
    if let msr = cpu.globalStatus {
      status = try read(msr)
    } else {
      _ = try read(cpu.values(.generalPurpose(0))[0])
      status = vpmu.state.fields.global_status
    }
    if status != 0 { wrapsSeen += 1 }
    return status
  }

  private func readCounter(_ pmc: PMCIndex, byRDPMC: Bool) throws {
    let value: UInt64
    if byRDPMC {
      let answer = try vpmu.readPMC(cpu.selector(pmc), cpl: 0, cr4PCE: false)
      guard case .value(let read) = answer else { throw Violation(description: "RDPMC of \(pmc): \(answer)") }
      value = read
    } else {
      value = try read(cpu.values(pmc)[0])
    }
    let expected = shadow[pmc].value
    guard value == expected else {
      throw Violation(description: "\(pmc) is 0x\(String(value, radix: 16)), not 0x\(String(expected, radix: 16))")
    }
  }

  private func set(_ filter: WrapAction.Filter?) throws {
    self.filter.set(
      try filter.map {
        try EventFilter(
          action: $0.allows ? .allow : .deny, entries: $0.events, masked: false, fixedBitmap: $0.fixedBitmap,
          eventSelectMask: cpu.vendor == .intel ? 0xFF : 0xF_0000_00FF)
      })
    shadow.setFilter(filter)
  }

  private func check(_ fault: String?) throws {
    if let fault { throw Violation(description: fault) }
  }

  private func write(_ msr: MSRNumber, _ value: UInt64) throws {
    let answer = try vpmu.writeMSR(msr, value)
    guard answer == .done else { throw Violation(description: "\(msr) was written, the answer is \(answer)") }
  }

  private func read(_ msr: MSRNumber) throws -> UInt64 {
    guard case .value(let value) = try vpmu.readMSR(msr) else {
      throw Violation(description: "\(msr) was read, and the answer is no value")
    }
    return value
  }
}
