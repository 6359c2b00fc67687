import CVPMU
import VPMULoader
import VPMUModel

extension RefreshRules {
  static func shapeIsRepeatable(_ subject: Subject) throws(Finding) {
    let model = try subject.model
    let presets = try subject.presets
    let hosts = [HostLimits.ample, .ample.with(gp: 1, fixed: 1), .ample.with(gp: 3, fixed: 0, gpWidth: 32)]
    var first: [[UInt8]] = []
    // The second time in reverse order, so that each follows another one.
    for isAgain in [false, true] {
      var shapes: [[UInt8]] = []
      let calls = presets.flatMap { preset in hosts.map { (preset, $0) } }
      for (preset, host) in isAgain ? calls.reversed() : calls {
        let guarded = GuardedState(model)
        let isAccepted = model.refresh(guarded.state, guest: preset.configuration, host: host)
        shapes.append(isAccepted ? guarded.bytes : [])
      }
      guard isAgain else {
        first = shapes
        continue
      }
      for (call, (before, after)) in zip(calls, zip(first, shapes.reversed())) where before != after {
        throw .violated(
          "refresh on a host with \(call.1.text) makes another shape the second time", model: call.0.name)
      }
    }
  }

  static func shapeFitsHost(_ subject: Subject) throws(Finding) {
    let model = try subject.model
    let counts: [UInt32] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 16]
    let widths: [UInt32] = [1, 8, 31, 32, 33, 40, 47, 48, 63, 64]
    let ample = HostLimits.ample
    let hosts =
      counts.flatMap { gp in counts.map { ample.with(gp: gp, fixed: $0) } }
      + widths.flatMap { gp in widths.map { ample.with(gpWidth: gp, fixedWidth: $0) } }
      + widths.map { ample.with(gp: 1, fixed: 1, gpWidth: $0, fixedWidth: $0) }
      + [ample.with(gp: 0, fixed: 0, gpWidth: 0, fixedWidth: 0)]
    for preset in try subject.presets {
      for host in hosts {
        guard case .impossible(let reason) = ShapeTrial(model, preset.configuration, host) else { continue }
        throw .violated("on a host with \(host.text): \(reason)", model: preset.name)
      }
    }
  }

  static func noPMUIsNoError(_ subject: Subject) throws(Finding) {
    let model = try subject.model
    let without = GuestConfiguration(leaves: [])
    try expectMade(ShapeTrial(model, without, .ample), "without a CPUID leaf", nil)
    for preset in try subject.presets {
      let zero = GuestConfiguration(
        leaves: preset.configuration.leaves.map {
          CPUIDLeaf(leaf: $0.leaf, subleaf: $0.subleaf, eax: 0, ebx: 0, ecx: 0, edx: 0)
        })
      try expectMade(ShapeTrial(model, zero, .ample), "whose CPUID leaves are zero", preset.name)
    }
  }

  private static func expectMade(_ trial: ShapeTrial, _ description: String, _ preset: String?) throws(Finding) {
    switch trial {
    case .made: return
    case .refused: throw .violated("refresh refuses a guest \(description)", model: preset)
    case .impossible(let reason): throw .violated("a guest \(description): \(reason)", model: preset)
    }
  }

  static func refreshSetsShapeOnly(_ subject: Subject) throws(Finding) {
    let model = try subject.model
    for preset in try subject.presets {
      let guarded = GuardedState(model)
      guard model.refresh(guarded.state, guest: preset.configuration, host: .ample) else { continue }
      let registers = MemoryLayout<vpmu_state>.offset(of: \.model_words) ?? 0
      let bytes = UnsafeRawBufferPointer(start: guarded.state.pointer, count: Int(guarded.sizes.structure))
      guard let offset = bytes.indices.first(where: { $0 >= registers && bytes[$0] != 0 }) else { continue }
      throw .violated(
        "refresh wrote at offset \(offset) of vpmu_state, which is no part of the shape", model: preset.name)
    }
  }

  static func missingCountersFault(_ subject: Subject) throws(Finding) {
    var isAnyGone = false
    for preset in try subject.presets {
      let all = try TracedGuest(subject, preset, "")
      for host in smallerHosts(all.state) {
        guard case .made = ShapeTrial(try subject.model, preset.configuration, host) else { continue }
        let guest = try TracedGuest(subject, preset, "a counter that the host does not offer", limits: host)
        let gone = all.state.all_valid & ~guest.state.all_valid
        let reason = "the host has only \(host.text)"
        for register in guest.registers.absent where gone & (register.pmc?.bit ?? 0) != 0 {
          isAnyGone = true
          try guest.lacks(register.msr, .fault, because: reason)
        }
        let selectors = Set(guest.registers.existing.compactMap(\.selector))
        for register in all.registers.existing where gone & (register.pmc?.bit ?? 0) != 0 {
          guard let selector = register.selector, !selectors.contains(selector) else { continue }
          try guest.readPMC(selector, gives: nil, because: reason)
        }
      }
    }
    if !isAnyGone { throw .notApplicable("no preset has fewer counters where the host has fewer") }
  }

  /// Hosts that offer fewer counters than a guest has: each number of one kind, and a few of both.
  private static func smallerHosts(_ state: vpmu_state) -> [HostLimits] {
    let ample = HostLimits.ample
    return (0..<min(state.gp_count, UInt32(VPMU_MAX_GP))).map { ample.with(gp: $0) }
      + (0..<min(state.fixed_count, UInt32(VPMU_MAX_FIXED))).map { ample.with(fixed: $0) }
      + [ample.with(gp: 1, fixed: 0), ample.with(gp: 0, fixed: 1), ample.with(gp: 0, fixed: 0)]
  }
}
