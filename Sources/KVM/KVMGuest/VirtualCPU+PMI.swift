import CGuestProgram
import CKVM
import GuestPerf
import KVMPMU
import VPMUModel

/// The guest's PMI handler: what it looks after, and what it saw.
extension VirtualCPU {
  /// Gives the handler its registers and counters, and forgets what it saw before. It follows the protocol of the
  /// guest's driver (``PerfDriver``): with global registers where there are some, else counter by counter.
  ///
  /// - Parameters:
  ///   - set: the counters that it looks after, at most ``mostCounters``
  ///   - lvtpc: what it writes to LVTPC at its end, as a CPU that masks it on delivery needs; nil: nothing
  public func handlePMIs(of set: CounterSet, on map: RegisterMap, lvtpc: LVTPC? = .nmi) {
    let shared = shared
    shared.pointee.global_control = map.global?.control.rawValue ?? 0
    shared.pointee.global_status = map.global?.status.rawValue ?? 0
    shared.pointee.global_clear = map.global?.statusClear.rawValue ?? 0
    shared.pointee.all_counters = map.allCounters
    shared.pointee.lvtpc = lvtpc == nil || !options.isX2APIC ? 0 : LVTPC.msr.rawValue
    shared.pointee.lvtpc_value = UInt64(lvtpc?.rawValue ?? 0)
    shared.pointee.eoi = options.isX2APIC ? APICRegister.endOfInterrupt.msr.rawValue : 0
    let counters = guest_shared_counters(shared)
    let kept = set.counters.prefix(Self.mostCounters)
    for (index, counter) in kept.enumerated() {
      counters[index] = guest_counter(
        bit: counter.registers.pmc.bit, value_msr: counter.registers.value.rawValue,
        control_msr: counter.registers.control.rawValue, preset: counter.preset, enabled: counter.enabled,
        disabled: counter.disabled, top_bit: counter.topBit, overflows: 0, last: 0)
    }
    shared.pointee.counter_count = UInt32(kept.count)
    shared.pointee.pmis = 0
    shared.pointee.empty_pmis = 0
  }

  /// Counters that the handler can look after.
  public static var mostCounters: Int { Int(GUEST_MOST_COUNTERS) }

  /// What the handler saw since ``handlePMIs(of:on:lvtpc:)``.
  public var pmis: HandledPMIs {
    let shared = shared
    let counters = guest_shared_counters(shared)
    let count = shared.pointee.pmis
    let times = guest_shared_times(shared)
    return HandledPMIs(
      count: count, empty: shared.pointee.empty_pmis,
      overflows: (0..<min(Int(shared.pointee.counter_count), Self.mostCounters)).map { counters[$0].overflows },
      times: (0..<Int(min(count &- shared.pointee.empty_pmis, UInt64(GUEST_MOST_TIMES)))).map { times[$0] })
  }

  /// Time stamp counter ticks in the handler, of PMIs that found an overflow.
  ///
  /// - Parameter known: so many of them, from ``handlePMIs(of:on:lvtpc:)`` on, are left out
  /// - Returns: the others in their order; of more than 1024 the oldest ones are gone
  public func handlerTimes(after known: UInt64) -> [UInt64] {
    let all = shared.pointee.pmis &- shared.pointee.empty_pmis
    let times = guest_shared_times(shared)
    let room = UInt64(GUEST_MOST_TIMES)
    let first = max(known, all > room ? all &- room : 0)
    guard first < all else { return [] }
    return (first..<all).map { times[Int($0 % room)] }
  }

  /// Enables the local APIC and sets LVTPC: by the guest itself in x2APIC mode, else in the APIC's page, which no
  /// device of this machine changes meanwhile.
  public func setLVTPC(_ lvtpc: LVTPC) throws(GuestError) {
    if options.isX2APIC {
      _ = try perform([
        .wrmsr(APICRegister.spuriousVector.msr, UInt64(APICRegister.enabled)),
        .wrmsr(LVTPC.msr, UInt64(lvtpc.rawValue)),
      ])
      return
    }
    do throws(KVMError) {
      var lapic = kvm_lapic_state()
      try KVMError.check("KVM_GET_LAPIC", ckvm_get_lapic(hookup.vcpu.fd, &lapic))
      withUnsafeMutableBytes(of: &lapic) { page in
        page.storeBytes(
          of: APICRegister.enabled, toByteOffset: APICRegister.spuriousVector.pageOffset, as: UInt32.self)
        page.storeBytes(of: lvtpc.rawValue, toByteOffset: LVTPC.pageOffset, as: UInt32.self)
      }
      try KVMError.check("KVM_SET_LAPIC", ckvm_set_lapic(hookup.vcpu.fd, &lapic))
    } catch { throw .kvm(error) }
  }

  /// The registers that this guest's CPU has, found by reading each one that the model declares, in the guest.
  ///
  /// - Parameter widths: bits of a general-purpose and of a fixed counter, as the guest's CPUID shows them
  public func findRegisters(
    _ declaration: ModelDeclaration, widths: (generalPurpose: UInt32, fixed: UInt32)
  ) throws(GuestError) -> RegisterMap {
    let numbers = declaration.ranges.flatMap { range in (0..<range.count).compactMap { range.register($0) } }
    var existing: Set<MSRNumber> = []
    var rest = numbers[...]
    while !rest.isEmpty {
      let piece = rest.prefix(Self.mostCommands)
      rest = rest.dropFirst(piece.count)
      for (msr, result) in zip(piece, try perform(piece.map { .rdmsr($0) })) where result != .fault {
        existing.insert(msr)
      }
    }
    return RegisterMap(declaration, widths: widths) { existing.contains($0) }
  }
}

/// What the guest's PMI handler saw.
public struct HandledPMIs: Sendable, Equatable {
  public var count: UInt64
  /// Of those: found no overflow.
  public var empty: UInt64
  /// Overflows of each counter of the set.
  public var overflows: [UInt64]
  /// Time stamp counter ticks that each of the others took in the handler; after 1024 of them the oldest ones are gone,
  /// and the order is no longer that of time.
  public var times: [UInt64]
}

extension LVTPC {
  /// The interrupt that the built-in program has a handler for.
  public static var programInterrupt: LVTPC { .fixed(UInt8(GUEST_PMI_VECTOR)) }
}

/// Collects what a driver does as commands for the guest: ``PerfDriver/program(_:_:)`` and ``PerfDriver/stop(_:_:)``
/// then happen there. What is read is known only after they were performed, so reads give 0.
public struct CommandPort: GuestPort {
  public private(set) var commands: [GuestCommand] = []

  public init() {}

  public mutating func wrmsr(_ msr: MSRNumber, _ value: UInt64) { commands.append(.wrmsr(msr, value)) }

  public mutating func rdmsr(_ msr: MSRNumber) -> UInt64 {
    commands.append(.rdmsr(msr))
    return 0
  }

  public mutating func rdpmc(_ ecx: RDPMCSelector) -> UInt64 {
    commands.append(.rdpmc(ecx, isUser: false))
    return 0
  }
}
