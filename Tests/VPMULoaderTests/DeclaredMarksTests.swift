import CVPMU
import TestSupport
import Testing
import VPMUCore
import VPMULoader
import VPMUModel

/// Whether a plugin is asked which counter a write marks, or its table of registers knows.
@Suite("The counter that a write marks", .enabled(if: CFixture.compiler != nil, "\(CFixture.noCompiler)"))
struct DeclaredMarksTests {
  /// Counts the questions, in a word that no register shows.
  private static let counting = "((vpmu_state *)state)->model_words[3]++;"

  private func machine(_ mistake: String = "", _ others: String...) throws -> GuestMachine<PluginModel, Reuse> {
    let plugin = try Plugin.load(CFixture.build("pmu.c", ["ON_INDEX=\(Self.counting) \(mistake)"] + others))
    return try GuestMachine(plugin.model, plugin.declaration.presets[0].configuration, Reuse())
  }

  private func questions(_ machine: GuestMachine<PluginModel, Reuse>) -> UInt64 {
    defer { machine.vpmu.state.pointee.model_words.3 = 0 }
    return machine.vpmu.state.pointee.model_words.3
  }

  @Test("of registers that it declares with a role a plugin is not asked, and the right counters are marked")
  func declared() throws {
    let machine = try machine()
    _ = questions(machine)
    for (msr, bit) in [(0x12, 1 << 2), (0x21, 1 << 1), (0x31, 1 << 33), (0x39, 0), (0x38, 0)] as [(UInt32, UInt64)] {
      machine.vpmu.state.pointee.in_use = 0
      #expect(try machine.vpmu.writeMSR(MSRNumber(msr), 0) == .done)
      #expect(machine.vpmu.state.pointee.in_use == bit, "\(MSRNumber(msr))")
    }
    #expect(questions(machine) == 0)
  }

  @Test("a write that is #GP marks its counter all the same")
  func refused() throws {
    let machine = try machine("", "ON_WRITE=return ANSWER(VPMU_FAULT, 0, 0);")
    #expect(try machine.vpmu.writeMSR(MSRNumber(0x20), 0) == .generalProtection)
    #expect(machine.vpmu.state.pointee.in_use == 1)
  }

  @Test("of a number that it does not declare a plugin is asked each time", arguments: [0, 0x14, 0x77, UInt32.max])
  func undeclared(number: UInt32) throws {
    let machine = try machine("if (msr == \(number)u) return 3;")
    _ = questions(machine)
    for _ in 0..<2 {
      machine.vpmu.state.pointee.in_use = 0
      _ = try machine.vpmu.writeMSR(MSRNumber(number), 0)
      #expect(machine.vpmu.state.pointee.in_use == 1 << 3)
      #expect(questions(machine) == 1)
    }
  }

  @Test("a plugin that contradicts its table is asked each time, and what it says holds")
  func contradicted() throws {
    let machine = try machine("if (msr == SELECT + 1) return 2;")
    for (msr, pmc) in [(0x21, 2), (0x20, 0), (0x13, 3)] as [(UInt32, UInt32)] {
      _ = questions(machine)
      machine.vpmu.state.pointee.in_use = 0
      #expect(try machine.vpmu.writeMSR(MSRNumber(msr), 0) == .done)
      #expect(machine.vpmu.state.pointee.in_use == 1 << UInt64(pmc), "\(MSRNumber(msr))")
      #expect(questions(machine) == 1)
    }
  }

  @Test("a plugin that contradicts its table for one CPUID only is found out when that is set")
  func contradictedLater() throws {
    let machine = try machine("if (state->gp_count == 2 && msr == COUNTER) return 1;")
    _ = questions(machine)
    #expect(try machine.vpmu.writeMSR(MSRNumber(0x10), 0) == .done)
    #expect(questions(machine) == 0)
    let leaf = CPUIDLeaf(leaf: 0xA, subleaf: 0, eax: 2, ebx: 0, ecx: 0, edx: 0)
    try machine.vpmu.refresh(GuestConfiguration(leaves: [leaf]))
    #expect(try machine.vpmu.writeMSR(MSRNumber(0x10), 0) == .done)
    #expect(machine.vpmu.state.pointee.in_use == 1 << 1)
    #expect(questions(machine) == 1)
  }

  @Test("a table of more registers than any PMU has is not taken for an answer")
  func longTable() throws {
    let machine = try machine("", "CONTROL_COUNT=2000000000")
    _ = questions(machine)
    #expect(try machine.vpmu.writeMSR(MSRNumber(0x13), 0) == .done)
    #expect(machine.vpmu.state.pointee.in_use == 1 << 3)
    #expect(questions(machine) == 1)
  }
}
