/// The hook-up of a virtual PMU to a vCPU of KVM: what a VMM author lifts.
///
/// It owns no VM. The VMM creates VM and vCPU, installs the MSR filter, and runs the loop; on the vCPU's thread it goes
///
/// ```
/// attach                                        the signal handler knows the vCPU
/// loop:  enter()                                notifications, deferred work, the PMI that is due, time slices
///        KVM_RUN
///        guestRan()                             emulated instructions, which came before the exit
///        handle() ─▶ .handled                   an MSR exit of the PMU, or a rewritten RDPMC
///                 ─▶ .unhandled                   the VMM's own exit
/// detach
/// ```
///
/// | file | idea |
/// |---|---|
/// | `MSRFilter` | which accesses exit |
/// | `PMUHookup` | the loop's calls |
/// | `PMUHookup+MSR` | answers RDMSR and WRMSR |
/// | `PMIDelivery`, `LVTPC` | where a PMI goes, and how it gets there |
/// | `PMUCPUID` | the guest's CPUID |
/// | `SliceClock` | when a time slice begins |
/// | `RDPMCMethod`, `RDPMCRewrite`, `RDPMCMirror` | RDPMC, which never exits by itself |
/// | `GuestCounting`, `EmulatedInstructions`, `VMMShare` | what counts as the guest's on this host |
import CKVM
import CLinux
import VPMUCore
import VPMUModel

/// A virtual PMU and the vCPU that it belongs to. Made, used and detached on the vCPU's thread.
public final class PMUHookup<PMU: GuestFacingPMU> {
  public let pmu: PMU
  public let vcpu: VCPUHandle
  public let options: HookupOptions
  /// What was asked of KVM beside KVM_RUN, apart from the host events' own calls.
  public internal(set) var calls = KVMCallCounts()

  var slices: SliceClock
  var pmi: PMIDelivery
  let emulated: EmulatedInstructions?
  let mirror: RDPMCMirror?

  /// - Parameter vcpu: its CPUID has been set
  /// - Throws: the vCPU has no statistics where `options.counting` needs them; ``HookupError/noMirror(reason:)``
  public convenience init(_ pmu: PMU, _ vcpu: VCPUHandle, options: HookupOptions) throws(HookupError) {
    let counted = options.counting == .nestedInSoftware ? options.instructions : nil
    let emulated: EmulatedInstructions?
    do throws(KVMError) {
      emulated = try counted.map { event throws(KVMError) in try EmulatedInstructions(of: vcpu, event) }
    } catch { throw .kvm(error) }
    try self.init(pmu, vcpu, options: options, emulated: emulated)
  }

  /// - Parameter emulated: where KVM counts what it emulates; nil: the host's counters have it all
  package init(
    _ pmu: PMU, _ vcpu: VCPUHandle, options: HookupOptions, emulated: EmulatedInstructions?
  ) throws(HookupError) {
    if options.rdpmc == .mirror,
      let reason = RDPMCMirror.probe(vcpu, counters: options.rdpmcCounters, modelVendors: options.modelVendors)
    {
      throw .noMirror(reason: reason)
    }
    self.pmu = pmu
    self.vcpu = vcpu
    self.options = options
    slices = SliceClock(options.slices)
    pmi = PMIDelivery(masksOnDelivery: options.masksLVTPCOnDelivery)
    mirror = options.rdpmc == .mirror ? RDPMCMirror(vcpu, counters: options.rdpmcCounters) : nil
    self.emulated = emulated
  }

  deinit { detach() }

  /// From now on signal handlers of this library on the calling thread end KVM_RUN of this vCPU. Call it again
  /// after the VMM itself changed the mode of the local APIC (KVM_SET_SREGS, KVM_SET_MSRS): the mode is read again.
  public func attach() {
    pmi.knowsAPICBase = false
    clinux_kick_set_target(vcpu.immediateExit)
  }

  /// Undoes ``attach()``: before the kvm_run page is unmapped, on the same thread.
  public func detach() {
    if clinux_kick_target() == vcpu.immediateExit { clinux_kick_set_target(nil) }
  }

  /// Right before each KVM_RUN.
  ///
  /// `immediate_exit` is cleared before notifications are read: one that comes between this and KVM_RUN sets it again,
  /// and KVM_RUN returns at once.
  ///
  /// - Returns: whether a PMI was due
  @discardableResult
  public func enter() throws(HookupError) -> EntryAction {
    clinux_kick_clear(vcpu.immediateExit)
    let action: EntryAction
    do throws(VPMUError) {
      if slices.hasBegun() {
        calls.slices &+= 1
        try pmu.scheduledIn()
      }
      action = try pmu.enter()
    } catch { throw .pmu(error) }
    if action == .injectPMI, options.deliversPMI { pmi.state.isDue = true }
    if let mirror { calls.mirrorCalls &+= try mirror.update(pmu) }
    if pmi.state.isDue { try deliverPMI() }
    return action
  }

  /// Lets the next KVM_RUN return at once: for a VMM that wants the thread back. After ``enter()``, which takes back
  /// what came before it. On the vCPU's thread; elsewhere, and in signal handlers, ``VCPUHandle/kick()``.
  public func kick() { vcpu.kick() }

  /// How far it is with a PMI: one more thing to save, and to set after the vCPU's registers were restored.
  public var pmiState: PMIState {
    get { pmi.state }
    set {
      pmi.state = newValue
      pmi.knowsAPICBase = false
    }
  }

  /// Right after each KVM_RUN, before ``handle()``: reports what KVM emulated. It came before the exit that ended the
  /// run, so that a status that this exit reads has an overflow among it, and a counter that it stops or writes keeps
  /// one.
  public func guestRan() throws(HookupError) {
    options.runs?.count()
    pmi.knowsAPICBase = true
    do throws(VPMUError) {
      try pmu.guestRan()
      guard let emulated else { return }
      let count = emulated.take()
      guard count != 0 else { return }
      calls.emulatedInstructions &+= count
      try pmu.emulated(emulated.event, cpl: 0, count: count)
    } catch { throw .pmu(error) }
  }

  /// After KVM_RUN has returned with an exit: answers it if it is the PMU's.
  public func handle() throws(HookupError) -> ExitAnswer {
    switch Int32(bitPattern: vcpu.run.pointee.exit_reason) {
    case KVM_EXIT_X86_RDMSR: try handleRead()
    case KVM_EXIT_X86_WRMSR: try handleWrite()
    case KVM_EXIT_IO: try handlePort()
    default: .unhandled
    }
  }

  /// Completes the exit that was handled last, without letting the guest run: to be called before its registers are
  /// read or saved.
  ///
  /// - Returns: false: it is complete; true: the same instruction made a further exit (string I/O, or a memory access
  ///   in several parts), which is to be handled before this is called again
  @discardableResult
  public func completeExit() throws(HookupError) -> Bool {
    kick()
    calls.completions &+= 1
    do throws(KVMError) { return try vcpu.enterGuest() } catch { throw .kvm(error) }
  }
}

/// What became of an exit.
public enum ExitAnswer: Sendable, Equatable {
  /// Answered: enter the guest again.
  case handled
  /// The VMM's own.
  case unhandled
}

/// What is wrong, other than a guest's mistake.
public enum HookupError: Error, Equatable {
  case pmu(VPMUError)
  case kvm(KVMError)
  /// ``RDPMCMethod/mirror`` is not possible on this host, with this guest.
  case noMirror(reason: String)
}

extension HookupError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .pmu(let error): "\(error)"
    case .kvm(let error): "\(error)"
    case .noMirror(let reason): "RDPMC can't be mirrored: \(reason)"
    }
  }
}

/// What an embedder decides.
public struct HookupOptions: Sendable {
  /// How the beginning of a time slice is found.
  public var slices: SliceClock.Source
  /// Whether the guest's CPU masks LVTPC when it delivers a PMI: ``ModelDeclaration/masksLVTPC``.
  public var masksLVTPCOnDelivery: Bool
  public var rdpmc: RDPMCMethod
  /// What counts as the guest's on this host: ``GuestCounting/detect()``.
  public var counting: GuestCounting
  /// The model's event for retired instructions, which emulated ones count as; nil: they are not reported.
  public var instructions: EventCode?
  /// Reasons of MSR exits that are looked at. Others are the VMM's.
  public var reasons: MSRExitReasons
  /// Whether PMIs are delivered here, to the local APIC in the kernel. Without one, the VMM does it when
  /// ``PMUHookup/enter()`` says so.
  public var deliversPMI = true
  /// Counts the guest's runs for a ``ShareCorrectedHost``. Not to be shared by vCPUs.
  public nonisolated(unsafe) var runs: RunCounter?
  /// With ``RDPMCMethod/mirror``: the counters' registers (``RDPMCMirror/registers(_:)``).
  public var rdpmcCounters: [MSRNumber] = []
  /// With ``RDPMCMethod/mirror``: CPUID vendor strings of the processors that have these.
  public var modelVendors: [String] = []

  public init(
    slices: SliceClock.Source = .threadSwitches(), masksLVTPCOnDelivery: Bool, rdpmc: RDPMCMethod = .none,
    counting: GuestCounting = .native, instructions: EventCode? = nil, reasons: MSRExitReasons = .filter
  ) {
    self.slices = slices
    self.masksLVTPCOnDelivery = masksLVTPCOnDelivery
    self.rdpmc = rdpmc
    self.counting = counting
    self.instructions = instructions
    self.reasons = reasons
  }

  /// The options for a guest of this model, with the host as it is.
  public init(
    for declaration: ModelDeclaration, rdpmc: RDPMCMethod = .none, counting: GuestCounting = .native
  ) {
    self.init(
      masksLVTPCOnDelivery: declaration.masksLVTPC, rdpmc: rdpmc, counting: counting,
      instructions: declaration.event(for: .instructions).map {
        EventCode(selector: $0.select, mask: declaration.eventSelectMask)
      })
    if rdpmc == .mirror {
      rdpmcCounters = RDPMCMirror.registers(declaration)
      modelVendors = declaration.cpuidVendors
    }
  }
}

/// Calls of KVM beside KVM_RUN, and what else the hook-up did: not to be mixed with what host events cost.
public struct KVMCallCounts: Sendable, Equatable {
  /// MSR exits answered.
  public var msrExits: UInt64 = 0
  /// Of those: answered with #GP.
  public var faults: UInt64 = 0
  /// RDPMC exits answered.
  public var rdpmcExits: UInt64 = 0
  /// PMIs that reached the guest's local APIC, as an NMI or an interrupt.
  public var pmis: UInt64 = 0
  /// PMIs that LVTPC masked.
  public var maskedPMIs: UInt64 = 0
  /// KVM_GET_MSRS, KVM_SET_MSRS, KVM_GET_LAPIC, KVM_NMI and KVM_SIGNAL_MSI for PMIs.
  public var pmiCalls: UInt64 = 0
  /// KVM_SET_MSRS to mirror counters.
  public var mirrorCalls: UInt64 = 0
  /// KVM_RUN only to complete an exit.
  public var completions: UInt64 = 0
  /// Time slices.
  public var slices: UInt64 = 0
  public var emulatedInstructions: UInt64 = 0

  public init() {}
}
