import KVMPMU
import SimulatedHost
import TestSupport
import Testing
import VPMUCore
import VPMUModel

@Suite struct VMMShareTests {
  static let code = EventCode(number: 0xC0, unitMask: 0)

  /// A corrected host with one event, and what counts.
  struct Machine {
    let base = SimulatedHost(limits: .generous)
    let runs = RunCounter()
    let host: ShareCorrectedHost<SimulatedHost>

    init(_ share: VMMShare.Constant?) {
      host = ShareCorrectedHost(base, runs: runs)
      host.share[.instructions] = share
    }

    func event(interrupts: Bool = false) throws -> ShareCorrectedHost<SimulatedHost>.Event {
      try host.create(
        EventRequest(
          pmc: .generalPurpose(0), selector: 0xC0, code: VMMShareTests.code, generic: .instructions, quality: .exact,
          rings: .user, period: 1 << 40, interrupts: interrupts))
    }

    func count(_ count: UInt64) { base.run(VMMShareTests.code, ring: .user, count: count) }

    /// The guest runs, and makes so many.
    func run(_ made: UInt64) {
      count(made)
      runs.count()
    }
  }

  static let share = VMMShare.Constant(edges: 40, betweenRuns: 56)

  @Test(arguments: [1, 2, 10], [0, 1, 1_000_000] as [UInt64])
  func `What is left is the guest's`(_ runs: Int, _ made: UInt64) throws {
    let machine = Machine(Self.share)
    let event = try machine.event()
    for start in 0..<2 {
      if start > 0 { #expect(machine.host.resume(event)) }
      machine.count(25)
      for run in 0..<runs {
        if run > 0 { machine.count(56) }
        machine.run(made)
      }
      machine.count(15)
      #expect(machine.host.read(event) == made * UInt64(runs))
      #expect(machine.host.pauseAndReset(event) == made * UInt64(runs))
    }
    machine.host.release(event)
    #expect(machine.base.liveEvents == 0)
  }

  @Test func `An event that no run of the guest came across counts nothing`() throws {
    let machine = Machine(Self.share)
    let event = try machine.event()
    machine.count(1000)
    #expect(machine.host.read(event) == 0)
    #expect(machine.host.pauseAndReset(event) == 0)
  }

  @Test func `A count never goes back`() throws {
    let machine = Machine(Self.share)
    let event = try machine.event()
    machine.count(25)
    machine.run(100)
    machine.count(15)
    #expect(machine.host.read(event) == 100)
    machine.run(0)
    // The next run was shorter for the VMM than they are as a rule.
    #expect(machine.host.read(event) == 100)
  }

  @Test func `Events that interrupt, and those whose share is not known, stay as they are`() throws {
    for (machine, interrupts) in [(Machine(Self.share), true), (Machine(nil), false)] {
      let event = try machine.event(interrupts: interrupts)
      machine.run(500)
      #expect(machine.host.read(event) == 500)
    }
  }
}

@Suite struct RDPMCMirrorTests {
  @Test(arguments: Vendor.allCases)
  func `Each counter that RDPMC can name is mirrored once`(_ vendor: Vendor) throws {
    let declaration = try vendor.accept(Declaration())
    let registers = RDPMCMirror.registers(declaration)
    #expect(Set(registers).count == registers.count)
    let selectors = declaration.ranges.compactMap { range in range.rdpmcBase.map { ($0.rawValue, range.count) } }
    let named = Set(selectors.flatMap { base, count in (0..<count).map { base + $0 } })
    #expect(registers.count == named.count)
  }

  struct Declaration: ModelVisitor {
    func visit<Model: PMUModel>(_ model: Model) -> ModelDeclaration { model.declaration }
  }
}
