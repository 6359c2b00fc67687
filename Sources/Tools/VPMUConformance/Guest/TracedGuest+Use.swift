import SeededRandom
import CVPMU
import VPMUCore
import VPMUModel

extension TracedGuest {
  /// Writes random values to every register and enters, outside the trace: the earlier use of a virtual CPU.
  func useEverything(_ generator: inout SeededGenerator) throws(Finding) {
    do {
      for _ in 0..<4 {
        for register in registers.existing {
          let has = ~register.reserved(vpmu.liveState.view)
          _ = try vpmu.writeMSR(register.msr, generator.value() & has)
          _ = try vpmu.writeMSR(register.msr, generator.next() & has, origin: .host)
          // A register of the model's own may have few bits.
          if register.role == .other { _ = try vpmu.writeMSR(register.msr, generator.next() & 0xFF) }
        }
        _ = try vpmu.enter()
      }
    } catch {
      throw .violated("\(error)", model: preset.name)
    }
  }

  /// The first difference from a guest that must have the same shape: a register that reads another value, or else a
  /// byte of the state. Nil if there is none.
  func difference(from other: TracedGuest) throws(Finding) -> String? {
    for register in other.registers.existing {
      let (mine, theirs) = (try answer(register.msr), try other.answer(register.msr))
      if mine != theirs { return "\(register.msr) reads \(mine.text) in place of \(theirs.text)" }
    }
    let (mine, theirs) = (bytes, other.bytes)
    return mine.indices.first { mine[$0] != theirs[$0] }.map { "vpmu_state differs at offset \($0)" }
  }

  private func answer(_ msr: MSRNumber) throws(Finding) -> ReadAnswer {
    do { return try vpmu.readMSR(msr) } catch { throw .violated("\(error)", model: preset.name) }
  }

  private var bytes: [UInt8] { withUnsafeBytes(of: vpmu.liveState.fields) { Array($0) } }
}
