import CVPMU
import SimulatedHost
import TestSupport
import Testing
import VPMUCore
import VPMULoader
import VPMUModel

/// CPUs of the examples on which the first event select's enable bit is for all counters, on the simulated host.
struct SharedEnableTests {
  @Test("The enable bit of the first event select alone starts and stops each counter of its range")
  func oneBitEnablesAll() throws {
    for cpu in try CPU.all {
      let machine = try cpu.machine()
      try machine.write(cpu.select(0), cpu.instructions | Self.rings)
      try machine.write(cpu.select(1), cpu.branches | Self.rings)
      try machine.run([cpu.instructions: 5, cpu.branches: 3])
      #expect(try machine.counts(cpu) == [0, 0], "\(cpu): no enable bit is set")

      try machine.write(cpu.select(0), cpu.instructions | Self.rings | VPMU_SELECT_ENABLE)
      try machine.run([cpu.instructions: 5, cpu.branches: 3])
      #expect(try machine.counts(cpu) == [5, 3], "\(cpu): the bit is set in the first select only")
      #expect(try machine.states() == [.counting(.exact), .counting(.exact)])

      try machine.write(cpu.select(0), cpu.instructions | Self.rings)
      try machine.run([cpu.instructions: 5, cpu.branches: 3])
      #expect(try machine.counts(cpu) == [5, 3], "\(cpu): the bit is clear again")
      #expect(try machine.states() == [.off, .off])
    }
  }

  @Test("The enable bit of a later event select starts nothing and stops nothing")
  func laterBitMeansNothing() throws {
    for cpu in try CPU.all {
      let machine = try cpu.machine()
      try machine.write(cpu.select(1), cpu.branches | Self.rings | VPMU_SELECT_ENABLE)
      try machine.run([cpu.branches: 3])
      #expect(try machine.counts(cpu) == [0, 0], "\(cpu)")

      try machine.write(cpu.select(0), VPMU_SELECT_ENABLE)
      try machine.run([cpu.branches: 3])
      try machine.write(cpu.select(1), cpu.branches | Self.rings)
      try machine.run([cpu.branches: 4])
      #expect(try machine.counts(cpu) == [0, 7], "\(cpu)")
    }
  }

  @Test("A counter that the first event select enables raises a PMI at its own overflow")
  func interrupts() throws {
    for cpu in try CPU.all {
      let machine = try cpu.machine()
      try machine.write(cpu.counter(1), 0xFFFF_FFFD)
      try machine.write(cpu.select(1), cpu.branches | Self.rings | VPMU_SELECT_INTERRUPT)
      try machine.write(cpu.select(0), VPMU_SELECT_ENABLE)
      try machine.run([cpu.branches: 2])
      #expect(try machine.vpmu.enter() == .run, "\(cpu): one event is left")
      try machine.run([cpu.branches: 2])
      #expect(try machine.vpmu.enter() == .injectPMI, "\(cpu)")
      #expect(try machine.counts(cpu) == [0, 1], "\(cpu)")
    }
  }

  @Test("A counter without a ring gets no host event when the shared enable bit is set for another one")
  func unusedCounter() throws {
    for cpu in try CPU.all {
      let machine = try cpu.machine()
      try machine.write(cpu.select(0), cpu.instructions | Self.rings | VPMU_SELECT_ENABLE)
      try machine.run([cpu.instructions: 5])
      #expect(machine.vpmu.statistics.live == 1, "\(cpu)")
      #expect(try machine.states() == [.counting(.exact), .off])
      try machine.write(cpu.select(1), cpu.branches | VPMU_SELECT_OS)
      _ = try machine.vpmu.enter()
      #expect(machine.vpmu.statistics.live == 2, "\(cpu)")
    }
  }

  @Test("An event of counter 0 only counts there, and nothing counts on counter 1, whose state says why")
  func eventsOfOneCounter() throws {
    for cpu in try CPU.all {
      for row in cpu.plugin.declaration.events where row.counters == 1 {
        let machine = try cpu.machine()
        try machine.write(cpu.select(1), row.select | Self.rings)
        try machine.write(cpu.select(0), row.select | Self.rings | VPMU_SELECT_ENABLE)
        try machine.run([row.select: 9])
        #expect(try machine.counts(cpu) == [9, 0], "\(cpu): \(row.name ?? "")")
        #expect(try machine.vpmu.counterState(.generalPurpose(1)) == .notCounting(.counterCannotCount))
      }
    }
  }

  private static let rings = VPMU_SELECT_USER | VPMU_SELECT_OS
}

/// One CPU of an example with a shared enable bit.
private struct CPU: CustomStringConvertible {
  let plugin: Plugin
  let preset: Preset
  let instructions: UInt64
  let branches: UInt64
  private let selects: RegisterRange
  private let counters: RegisterRange

  var description: String { preset.name }

  /// At least one.
  static var all: [CPU] {
    get throws {
      var all: [CPU] = []
      for plugin in try Example.tested.flatMap({ try $0.plugins }) {
        let declaration = plugin.declaration
        guard let selects = declaration.ranges.first(where: { $0.traits.contains(.sharedEnable) }) else { continue }
        let counters = try #require(declaration.ranges.first { $0.role == .gpCounter })
        let instructions = try #require(declaration.event(for: .instructions)).select
        let branches = try #require(declaration.event(for: .branches)).select
        try #require(declaration.events.contains { $0.counters == 1 })
        all += declaration.presets.map {
          CPU(
            plugin: plugin, preset: $0, instructions: instructions, branches: branches, selects: selects,
            counters: counters)
        }
      }
      try #require(!all.isEmpty)
      return all
    }
  }

  func select(_ n: UInt32) throws -> MSRNumber { try #require(selects.register(n)) }
  func counter(_ n: UInt32) throws -> MSRNumber { try #require(counters.register(n)) }

  func machine() throws -> GuestMachine<PluginModel, Reuse> {
    try GuestMachine(plugin.model, preset.configuration, Reuse())
  }
}

extension GuestMachine {
  fileprivate func write(_ msr: MSRNumber, _ value: UInt64) throws {
    #expect(try vpmu.writeMSR(msr, value) == .done, "\(msr)")
  }

  /// Enters the guest, and makes these events occur there.
  fileprivate func run(_ events: [UInt64: UInt64]) throws {
    _ = try vpmu.enter()
    for (select, count) in events {
      host.run(EventCode(selector: select, mask: vpmu.model.declaration.eventSelectMask), ring: .user, count: count)
    }
  }

  /// The values of counters 0 and 1, as RDMSR gives them.
  fileprivate func counts(_ cpu: CPU) throws -> [UInt64] {
    try ([0, 1] as [UInt32]).map { n in
      guard case .value(let value) = try vpmu.readMSR(cpu.counter(n)) else { return .max }
      return value
    }
  }

  fileprivate func states() throws -> [CounterState] {
    try ([0, 1] as [UInt32]).map { try vpmu.counterState(.generalPurpose($0)) }
  }
}
