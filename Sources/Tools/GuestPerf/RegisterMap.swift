import VPMUCore
import VPMUModel

/// The registers of one counter.
public struct CounterRegisters: Sendable, Hashable, BitwiseCopyable {
  public var pmc: PMCIndex
  /// The event select; of a fixed counter, the register that controls all fixed counters.
  public var control: MSRNumber
  public var value: MSRNumber
  /// A write stores bits 31:0, sign-extended.
  public var signExtends: Bool
  /// How RDPMC names it, nil if it can't.
  public var selector: RDPMCSelector?
  /// The counter's width in bits.
  public var width: UInt32
}

/// The registers that enable and show all counters together.
public struct GlobalRegisters: Sendable, Hashable, BitwiseCopyable {
  public var control: MSRNumber
  public var status: MSRNumber
  public var statusClear: MSRNumber
}

/// Where a guest's PMU registers are, found by their role in what the model declares.
public struct RegisterMap: Sendable {
  /// General-purpose counters, in the order of their numbers.
  public private(set) var generalPurpose: [CounterRegisters] = []
  /// Fixed counters, in the order of their numbers.
  public private(set) var fixed: [CounterRegisters] = []
  /// Nil: this CPU has none, and each counter is enabled by its own control alone.
  public private(set) var global: GlobalRegisters?

  /// Finds the registers of a virtual PMU that is bound to the calling thread.
  public init<Model, Host, Policy>(of vpmu: VirtualPMU<Model, Host, Policy>) {
    self.init(
      vpmu.model.declaration, widths: vpmu.state.counterWidths,
      exists: { msr in if case .value = try? vpmu.readMSR(msr) { true } else { false } })
  }

  /// Finds the registers.
  ///
  /// - Parameters:
  ///   - declaration: what the model says of itself
  ///   - widths: bits of a general-purpose and of a fixed counter, as the guest's CPUID shows them
  ///   - exists: whether an access to this register is answered without #GP
  public init(
    _ declaration: ModelDeclaration, widths: (generalPurpose: UInt32, fixed: UInt32), exists: (MSRNumber) -> Bool
  ) {
    let existing = Existing(declaration.ranges, exists)
    for n in 0..<UInt32(32) {
      let pmc = PMCIndex.generalPurpose(n)
      guard let select = existing.find(.eventSelect, of: pmc), let counter = existing.find(.gpCounter, of: pmc) else {
        break
      }
      generalPurpose.append(counter.registers(of: pmc, control: select.msr, width: widths.generalPurpose))
    }
    if let control = existing.find(.fixedControl) {
      for i in 0..<UInt32(16) {
        let pmc = PMCIndex.fixed(i)
        guard let counter = existing.find(.fixedCounter, of: pmc) else { break }
        fixed.append(counter.registers(of: pmc, control: control.msr, width: widths.fixed))
      }
    }
    if let control = existing.find(.globalControl), let status = existing.find(.globalStatus),
      let clear = existing.find(.globalStatusClear)
    {
      global = GlobalRegisters(control: control.msr, status: status.msr, statusClear: clear.msr)
    }
  }

  /// The bits of all counters, as global control and status have them.
  public var allCounters: UInt64 { (generalPurpose + fixed).reduce(0) { $0 | $1.pmc.bit } }
}

/// The registers of a declaration that exist, in its order.
private struct Existing {
  struct Register {
    var msr: MSRNumber
    var range: RegisterRange
    var index: UInt32

    func registers(of pmc: PMCIndex, control: MSRNumber, width: UInt32) -> CounterRegisters {
      CounterRegisters(
        pmc: pmc, control: control, value: msr, signExtends: range.traits.contains(.signExtends),
        selector: range.rdpmcBase.map { RDPMCSelector($0.rawValue &+ index) }, width: width)
    }

    func isOf(_ pmc: PMCIndex) -> Bool {
      pmc.isFixed == range.firstPMC.isFixed && pmc.number == range.firstPMC.number &+ index
    }
  }

  private var registers: [Register] = []

  init(_ ranges: [RegisterRange], _ exists: (MSRNumber) -> Bool) {
    for range in ranges {
      for index in 0..<range.count {
        if let msr = range.register(index), exists(msr) {
          registers.append(Register(msr: msr, range: range, index: index))
        }
      }
    }
  }

  func find(_ role: RegisterRole) -> Register? { registers.last { $0.range.role == role } }

  /// Where two registers are the same counter's, the later one is the better one.
  func find(_ role: RegisterRole, of pmc: PMCIndex) -> Register? {
    registers.last { $0.range.role == role && $0.isOf(pmc) }
  }
}
